<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Parameters</name>
    <message>
        <source>Ages to show</source>
        <translation>Gezeigte Alter</translation>
    </message>
    <message>
        <source>Ages to show, in years.</source>
        <translation>Alter, die gezeigt werden, in Jahren.</translation>
    </message>
    <message>
        <source>years</source>
        <translation>Jahre</translation>
    </message>
    <message>
        <source>Pictures for each age</source>
        <translation>Bilder je Alter</translation>
    </message>
    <message>
        <source>Number of different images for each age; two or more also give their mean and spread.</source>
        <translation>Anzahl verschiedener Bilder je Alter; ab zwei gibt es auch ihren Mittelwert und ihre Streuung.</translation>
    </message>
    <message>
        <source>Random start number</source>
        <translation>Startzahl des Zufalls</translation>
    </message>
    <message>
        <source>Start of the random numbers; the same seed repeats the images.</source>
        <translation>Beginn der Zufallszahlen; dieselbe Startzahl wiederholt die Bilder.</translation>
    </message>
    <message>
        <source>Age in the photograph</source>
        <translation>Alter auf dem Foto</translation>
    </message>
    <message>
        <source>Age of the person in the photograph; empty takes it from the exhibit's record, else an estimate.</source>
        <translation>Alter der Person auf dem Foto; leer nimmt das aufgezeichnete Alter des Asservats, sonst eine Schätzung.</translation>
    </message>
    <message>
        <source>Weight of the apparent age</source>
        <translation>Gewicht des scheinbaren Alters</translation>
    </message>
    <message>
        <source>Where a change of age starts: 0 at the stated age, 1 at the age that the face appears to have (the calibrated estimate); without effect where the pack has no calibration for the analyser.</source>
        <translation>Wo eine Altersänderung beginnt: 0 beim angegebenen Alter, 1 beim Alter, das das Gesicht zu haben scheint (die kalibrierte Schätzung); ohne Wirkung, wo das Paket keine Kalibrierung für die Gesichtsanalyse hat.</translation>
    </message>
    <message>
        <source>Fineness (steps)</source>
        <translation>Feinheit (Schritte)</translation>
    </message>
    <message>
        <source>Steps over the whole noise range; more is finer and slower.</source>
        <translation>Schritte über den ganzen Rauschbereich; mehr ist feiner und langsamer.</translation>
    </message>
    <message>
        <source>How strongly the age is changed</source>
        <translation>Wie stark das Alter geändert wird</translation>
    </message>
    <message>
        <source>How far the change of age is pushed; 0 leaves the photograph as it is.</source>
        <translation>Wie weit die Altersänderung getrieben wird; 0 lässt das Foto, wie es ist.</translation>
    </message>
    <message>
        <source>Softening of strong changes</source>
        <translation>Milderung starker Änderungen</translation>
    </message>
    <message>
        <source>How much the guided prediction is brought back to the spread of the unguided one.</source>
        <translation>Wie stark die geführte Vorhersage auf die Streuung der ungeführten zurückgebracht wird.</translation>
    </message>
    <message>
        <source>How much may be drawn anew</source>
        <translation>Wie viel neu gezeichnet werden darf</translation>
    </message>
    <message>
        <source>Largest share of the noise range that an edit may use; small age gaps use less.</source>
        <translation>Größter Anteil des Rauschbereichs, den eine Änderung nutzen darf; kleine Altersabstände nutzen weniger.</translation>
    </message>
    <message>
        <source>Hold on the likeness</source>
        <translation>Festhalten an der Ähnlichkeit</translation>
    </message>
    <message>
        <source>How much the face's embedding holds the likeness against the change of age; without effect where the pack has no identity tokens.</source>
        <translation>Wie stark die Einbettung des Gesichts die Ähnlichkeit gegen die Altersänderung hält; ohne Wirkung, wo das Paket keine Identitäts-Token hat.</translation>
    </message>
    <message>
        <source>Hold back what loses the person</source>
        <translation>Zurückhalten, was die Person verliert</translation>
    </message>
    <message>
        <source>Hold the change of age back in a picture that the bundled analyser would no longer take for this person.</source>
        <translation>Die Altersänderung in einem Bild zurückhalten, das die mitgelieferte Gesichtsanalyse nicht mehr für diese Person halten würde.</translation>
    </message>
    <message>
        <source>Score that holding back asks for</source>
        <translation>Wert, den das Zurückhalten verlangt</translation>
    </message>
    <message>
        <source>Comparison score of the bundled analyser that the guard asks for; empty takes the pack's.</source>
        <translation>Vergleichswert der mitgelieferten Gesichtsanalyse, den der Wächter verlangt; leer nimmt den des Pakets.</translation>
    </message>
    <message>
        <source>Pull towards the photographs</source>
        <translation>Zug zu den Fotos</translation>
    </message>
    <message>
        <source>How far pictures are drawn towards the photographs that the adapter was trained on, without an adapter towards the photograph itself; empty is 0.075 with an adapter and 0 without.</source>
        <translation>Wie weit die Bilder zu den Fotografien gezogen werden, mit denen der Adapter trainiert wurde, ohne Adapter zur Fotografie selbst; leer bedeutet 0,075 mit Adapter und 0 ohne.</translation>
    </message>
    <message>
        <source>Mending by a second pass</source>
        <translation>Ausbessern im zweiten Durchgang</translation>
    </message>
    <message>
        <source>Share of the noise range over which a changed picture is drawn anew, which mends what the change broke; empty takes the pack's, 0 leaves it out.</source>
        <translation>Anteil des Rauschbereichs, über den ein geändertes Bild neu gezeichnet wird, was heilt, was die Änderung verdorben hat; leer nimmt den des Pakets, 0 lässt es aus.</translation>
    </message>
    <message>
        <source>Second pass: weight of the age</source>
        <translation>Zweiter Durchgang: Gewicht des Alters</translation>
    </message>
    <message>
        <source>How much the target age weighs against the photograph's while a picture is drawn anew; empty takes the pack's, 1 is the target age alone.</source>
        <translation>Wie stark das Zielalter gegen das der Fotografie wiegt, während ein Bild neu gezeichnet wird; leer nimmt den Wert des Pakets, 1 ist das Zielalter allein.</translation>
    </message>
    <message>
        <source>Second pass: pull to the photograph</source>
        <translation>Zweiter Durchgang: Zug zum Foto</translation>
    </message>
    <message>
        <source>How far pictures are drawn towards the photograph, or those of the adapter, while they are drawn anew; empty takes the pack's.</source>
        <translation>Wie weit die Bilder zur Fotografie, oder zu denen des Adapters, gezogen werden, während sie neu gezeichnet werden; leer nimmt den Wert des Pakets.</translation>
    </message>
    <message>
        <source>Second pass: least difference</source>
        <translation>Zweiter Durchgang: kleinster Unterschied</translation>
    </message>
    <message>
        <source>How far a place must differ after it is drawn anew to be taken from there, in medians of the picture; empty takes the pack's, 0 takes the whole picture.</source>
        <translation>Wie weit eine Stelle nach dem Neuzeichnen abweichen muss, um von dort genommen zu werden, in Medianen des Bildes; leer nimmt den Wert des Pakets, 0 nimmt das ganze Bild.</translation>
    </message>
    <message>
        <source>Change at the eyes</source>
        <translation>Änderung an den Augen</translation>
    </message>
    <message>
        <source>Share of the change that the eyes and what is around them get; empty takes the pack's.</source>
        <translation>Anteil der Änderung, den die Augen und ihre Umgebung erhalten; leer gilt der Wert des Pakets.</translation>
    </message>
    <message>
        <source>Change at the mouth</source>
        <translation>Änderung am Mund</translation>
    </message>
    <message>
        <source>Share of the change that the mouth gets; empty takes the pack's.</source>
        <translation>Anteil der Änderung, den der Mund erhält; leer gilt der Wert des Pakets.</translation>
    </message>
    <message>
        <source>Limit for moles and glasses</source>
        <translation>Grenze für Muttermale und Brillen</translation>
    </message>
    <message>
        <source>How strong the photograph's noise may be at a place before the change of age begins, in medians of the picture: what is stronger (moles, edges of glasses) is no noise, and a push makes stains of it; empty takes the pack's, 0 leaves it as it is.</source>
        <translation>Wie stark das Rauschen der Fotografie an einer Stelle sein darf, bevor die Altersänderung beginnt, in Medianen des Bildes: was stärker ist (Muttermale, Ränder von Brillen), ist kein Rauschen, und ein Schub macht Flecken daraus; leer nimmt den Wert des Pakets, 0 lässt es, wie es ist.</translation>
    </message>
    <message>
        <source>That limit undone at the eyes</source>
        <translation>Diese Grenze an den Augen aufgehoben</translation>
    </message>
    <message>
        <source>How far the strength that the noise limit takes from the photograph's noise comes back at the eyes and around them: 1 is whole, as elsewhere; with 0 fewer people get glasses that they never wore; empty takes the pack's.</source>
        <translation>Wie weit die Stärke, die die Grenze des Rauschens dem Rauschen der Fotografie nimmt, an den Augen und um sie herum zurückkommt: 1 ist ganz, wie anderswo; mit 0 bekommen weniger Menschen eine Brille, die sie nie trugen; leer nimmt den Wert des Pakets.</translation>
    </message>
    <message>
        <source>Rule of the steps</source>
        <translation>Regel der Schritte</translation>
    </message>
    <message>
        <source>Rule of the denoising steps: deterministic (ddim) or ancestral (ddpm).</source>
        <translation>Regel der Entrauschungsschritte: deterministisch (ddim) oder mit frischem Rauschen (ddpm).</translation>
    </message>
    <message>
        <source>without added noise (ddim)</source>
        <translation>ohne zusätzliches Rauschen (ddim)</translation>
    </message>
    <message>
        <source>with added noise (ddpm)</source>
        <translation>mit zusätzlichem Rauschen (ddpm)</translation>
    </message>
    <message>
        <source>How the photograph is taken apart</source>
        <translation>Wie das Foto zerlegt wird</translation>
    </message>
    <message>
        <source>How the photograph's noise is found: step by step (ddim) or drawn from the seed (edit-friendly).</source>
        <translation>Wie das Rauschen des Fotos gefunden wird: Schritt für Schritt (ddim) oder aus der Startzahl gezogen (änderungsfreundlich).</translation>
    </message>
    <message>
        <source>step by step (ddim)</source>
        <translation>Schritt für Schritt (ddim)</translation>
    </message>
    <message>
        <source>drawn from the random start number (edit-friendly)</source>
        <translation>aus der Startzahl gezogen (edit-friendly)</translation>
    </message>
    <message>
        <source>Difference between the pictures</source>
        <translation>Unterschied zwischen den Bildern</translation>
    </message>
    <message>
        <source>How much seeded noise the second and later variants hold, as a share of the noise.</source>
        <translation>Wie viel Rauschen aus der Startzahl die zweite und jede weitere Variante enthält, als Anteil des Rauschens.</translation>
    </message>
    <message>
        <source>Fine detail kept</source>
        <translation>Feinheiten, die bleiben</translation>
    </message>
    <message>
        <source>Share of the photograph's fine detail that is put back; it falls as the age gap grows.</source>
        <translation>Anteil der feinen Einzelheiten des Fotos, der zurückgegeben wird; er sinkt mit wachsendem Altersabstand.</translation>
    </message>
    <message>
        <source>Learned from other photographs</source>
        <translation>Aus weiteren Fotos Gelerntes</translation>
    </message>
    <message>
        <source>What a personalisation learned about the subject, such as A-0001; empty uses the photograph alone.</source>
        <translation>Was eine Personalisierung über die Person gelernt hat, etwa A-0001; leer verwendet nur das Foto.</translation>
    </message>
    <message>
        <source>Drawn towards relatives</source>
        <translation>Zu Verwandten hingezogen</translation>
    </message>
    <message>
        <source>Photographs of relatives that pictures are drawn towards, each with its share, such as E-0012:0.3; what that does to the likeness is not measured. Empty uses none.</source>
        <translation>Fotos von Angehörigen, zu denen die Bilder hingezogen werden, jedes mit seinem Anteil, etwa E-0012:0.3; was das mit der Ähnlichkeit macht, ist nicht gemessen. Leer verwendet keine.</translation>
    </message>
    <message>
        <source>Flat or grainy photographs readied</source>
        <translation>Flaue oder körnige Fotos aufbereiten</translation>
    </message>
    <message>
        <source>Give a flat face the usual contrast and take the grain out of a grainy photograph before the change of age: both would break the picture. Both come back afterwards.</source>
        <translation>Einem flauen Gesicht vor der Altersänderung den üblichen Kontrast geben und einem körnigen Foto das Korn nehmen: Beides würde das Bild zerbrechen. Beide kommen danach zurück.</translation>
    </message>
    <message>
        <source>Black-and-white stays so</source>
        <translation>Schwarz-Weiß bleibt so</translation>
    </message>
    <message>
        <source>Keep a black-and-white or toned photograph so, to the last pixel.</source>
        <translation>Eine schwarz-weiße oder getönte Fotografie so lassen, bis auf den letzten Bildpunkt.</translation>
    </message>
    <message>
        <source>Where the face goes back</source>
        <translation>Wo das Gesicht zurückkommt</translation>
    </message>
    <message>
        <source>Where an edited face goes back into the photograph: along its own outline, or in an oval that is the same for every face; where the outline is doubtful, the oval.</source>
        <translation>Wie ein bearbeitetes Gesicht in die Fotografie zurückgesetzt wird: entlang seines eigenen Umrisses oder in einem Oval, das für alle Gesichter gleich ist; wo der Umriss zweifelhaft ist, im Oval.</translation>
    </message>
    <message>
        <source>along the face's own outline</source>
        <translation>entlang des Gesichtsumrisses</translation>
    </message>
    <message>
        <source>in an oval</source>
        <translation>in einem Oval</translation>
    </message>
    <message>
        <source>Colour of the hair</source>
        <translation>Farbe der Haare</translation>
    </message>
    <message>
        <source>Whether hair keeps its colour (keep), or all of it follows the change that the edit makes where it shows hair (follow).</source>
        <translation>Ob das Haar seine Farbe behält (behalten) oder ganz der Änderung folgt, die die Bearbeitung dort macht, wo sie Haar zeigt (folgen).</translation>
    </message>
    <message>
        <source>stays as it is</source>
        <translation>bleibt, wie sie ist</translation>
    </message>
    <message>
        <source>follows the change of age</source>
        <translation>folgt der Altersänderung</translation>
    </message>
    <message>
        <source>Match the photograph's colours</source>
        <translation>Farben dem Foto angleichen</translation>
    </message>
    <message>
        <source>Bring the face's colours back to the photograph's.</source>
        <translation>Die Farben des Gesichts auf die des Fotos zurückbringen.</translation>
    </message>
    <message>
        <source>Kept in the record; this method draws nothing at random, the same photograph gives the same images.</source>
        <translation>Wird aufgezeichnet; dieses Verfahren zieht nichts zufällig, dasselbe Foto ergibt dieselben Bilder.</translation>
    </message>
    <message>
        <source>Training steps</source>
        <translation>Trainingsschritte</translation>
    </message>
    <message>
        <source>Training steps; more learns the face better and takes longer.</source>
        <translation>Trainingsschritte; mehr lernt das Gesicht besser und dauert länger.</translation>
    </message>
    <message>
        <source>How much can be learned (rank)</source>
        <translation>Wie viel gelernt werden kann (Rang)</translation>
    </message>
    <message>
        <source>Rank of the adapter: how much it can learn.</source>
        <translation>Rang des Adapters: wie viel er lernen kann.</translation>
    </message>
    <message>
        <source>Start of the random numbers; the same seed repeats the adapter.</source>
        <translation>Beginn der Zufallszahlen; dieselbe Startzahl wiederholt den Adapter.</translation>
    </message>
    <message>
        <source>Photographs in a step</source>
        <translation>Fotos in einem Schritt</translation>
    </message>
    <message>
        <source>Photographs in a step.</source>
        <translation>Fotos in einem Schritt.</translation>
    </message>
    <message>
        <source>Other people's images in a step</source>
        <translation>Bilder anderer in einem Schritt</translation>
    </message>
    <message>
        <source>Regularization images in a step.</source>
        <translation>Regularisierungsbilder in einem Schritt.</translation>
    </message>
    <message>
        <source>Speed of learning</source>
        <translation>Lerntempo</translation>
    </message>
    <message>
        <source>Peak learning rate of the adapter.</source>
        <translation>Höchste Lernrate des Adapters.</translation>
    </message>
    <message>
        <source>Speed of learning the person's word</source>
        <translation>Lerntempo des Worts für die Person</translation>
    </message>
    <message>
        <source>Peak learning rate of the rare token's embedding; 0 keeps it.</source>
        <translation>Höchste Lernrate der Einbettung des seltenen Tokens; 0 lässt sie, wie sie ist.</translation>
    </message>
    <message>
        <source>Limit of the noise weighting</source>
        <translation>Grenze der Rauschgewichtung</translation>
    </message>
    <message>
        <source>Clamp of the noise weighting; 0 for none.</source>
        <translation>Grenze der Rauschgewichtung; 0 für keine.</translation>
    </message>
    <message>
        <source>Weight of the photographs</source>
        <translation>Gewicht der Fotos</translation>
    </message>
    <message>
        <source>Weight of the noise error on the photographs; 0 leaves it out.</source>
        <translation>Gewicht des Rauschfehlers auf den Fotos; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Weight of other people's images</source>
        <translation>Gewicht der Bilder anderer</translation>
    </message>
    <message>
        <source>Weight of the noise error on the regularization images; 0 leaves it out.</source>
        <translation>Gewicht des Rauschfehlers auf den Regularisierungsbildern; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Weight of the face's distance</source>
        <translation>Gewicht des Gesichtsabstands</translation>
    </message>
    <message>
        <source>Weight of the L1 distance of face embeddings; 0 leaves it out.</source>
        <translation>Gewicht des L1-Abstands der Gesichtseinbettungen; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Weight of telling people apart</source>
        <translation>Gewicht des Unterscheidens von Personen</translation>
    </message>
    <message>
        <source>Weight of the contrastive term over identities; 0 leaves it out.</source>
        <translation>Gewicht des kontrastiven Terms über Identitäten; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Weight of the face's angle</source>
        <translation>Gewicht des Gesichtswinkels</translation>
    </message>
    <message>
        <source>Weight of the cosine term of face embeddings; 0 leaves it out.</source>
        <translation>Gewicht des Kosinus-Terms der Gesichtseinbettungen; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Weight of ages without photographs</source>
        <translation>Gewicht der Alter ohne Fotos</translation>
    </message>
    <message>
        <source>Weight of the distance to the un-personalised model outside the photographed ages; 0 leaves it out.</source>
        <translation>Gewicht des Abstands zum nicht personalisierten Modell außerhalb der fotografierten Alter; 0 lässt ihn weg.</translation>
    </message>
    <message>
        <source>Steps between looks at the face</source>
        <translation>Schritte zwischen Blicken auf das Gesicht</translation>
    </message>
    <message>
        <source>Steps between two with identity terms.</source>
        <translation>Abstand in Schritten zwischen zweien mit Identitätstermen.</translation>
    </message>
    <message>
        <source>Most noise at a look at the face</source>
        <translation>Meistes Rauschen bei einem Blick auf das Gesicht</translation>
    </message>
    <message>
        <source>Largest noise, as a share of the noise range, at which identity terms look at a face.</source>
        <translation>Größtes Rauschen, als Anteil des Rauschbereichs, bei dem Identitätsterme ein Gesicht ansehen.</translation>
    </message>
    <message>
        <source>Temperature of telling people apart</source>
        <translation>Temperatur des Unterscheidens von Personen</translation>
    </message>
    <message>
        <source>Temperature of the contrastive term.</source>
        <translation>Temperatur des kontrastiven Terms.</translation>
    </message>
    <message>
        <source>Generated images of other people</source>
        <translation>Erzeugte Bilder anderer</translation>
    </message>
    <message>
        <source>Images in the generated regularization set.</source>
        <translation>Bilder im erzeugten Regularisierungssatz.</translation>
    </message>
    <message>
        <source>Folder of images of other people</source>
        <translation>Ordner mit Bildern anderer</translation>
    </message>
    <message>
        <source>Folder with your own regularization images, each with its caption in a .txt file beside it.</source>
        <translation>Ordner mit eigenen Regularisierungsbildern, jedes mit seiner Beschreibung in einer .txt-Datei daneben.</translation>
    </message>
    <message>
        <source>Leave out faces that disagree</source>
        <translation>Abweichende Gesichter weglassen</translation>
    </message>
    <message>
        <source>Leave out photographs whose face disagrees with the others; otherwise they are only named.</source>
        <translation>Fotos weglassen, deren Gesicht von den anderen abweicht; sonst werden sie nur genannt.</translation>
    </message>
    <message>
        <source>Strength when it is used</source>
        <translation>Stärke bei der Verwendung</translation>
    </message>
    <message>
        <source>Strength of the adapter when it is used.</source>
        <translation>Stärke des Adapters, wenn er verwendet wird.</translation>
    </message>
    <message>
        <source>Strength left at other ages</source>
        <translation>Stärke, die bei anderen Altern bleibt</translation>
    </message>
    <message>
        <source>Share of the strength that remains far from the photographed ages.</source>
        <translation>Anteil der Stärke, der fern der fotografierten Alter bleibt.</translation>
    </message>
    <message>
        <source>Years over which it falls</source>
        <translation>Jahre, über die sie abnimmt</translation>
    </message>
    <message>
        <source>Distance from the photographed ages over which it falls.</source>
        <translation>Abstand von den fotografierten Altern, über den sie abfällt.</translation>
    </message>
    <message>
        <source>Noise above which it is off</source>
        <translation>Rauschen, über dem es aus ist</translation>
    </message>
    <message>
        <source>Share of the noise range above which the adapter is off.</source>
        <translation>Anteil des Rauschbereichs, über dem der Adapter aus ist.</translation>
    </message>
    <message>
        <source>Noise over which it comes on</source>
        <translation>Rauschen, über das es einsetzt</translation>
    </message>
    <message>
        <source>Share of the noise range over which it comes on.</source>
        <translation>Anteil des Rauschbereichs, über den er zugeschaltet wird.</translation>
    </message>
    <message>
        <source>Kept in the record; this method draws nothing at random, the same photograph gives the same sketch.</source>
        <translation>Wird aufgezeichnet; dieses Verfahren zieht nichts zufällig, dasselbe Foto ergibt dieselbe Skizze.</translation>
    </message>
    <message>
        <source>Manner of drawing</source>
        <translation>Art der Zeichnung</translation>
    </message>
    <message>
        <source>What the sheet shows</source>
        <translation>Was das Blatt zeigt</translation>
    </message>
    <message>
        <source>A portrait on a sheet of its own, the sketch in its place on a sheet of the photograph's size, or that place alone.</source>
        <translation>Ein Porträt auf einem eigenen Blatt, die Skizze an ihrer Stelle auf einem Blatt in der Größe des Fotos, oder diese Stelle allein.</translation>
    </message>
    <message>
        <source>the sketch in its place on the photograph's sheet</source>
        <translation>die Skizze an ihrem Platz auf einem Blatt der Fotogröße</translation>
    </message>
    <message>
        <source>that place alone</source>
        <translation>nur dieser Ausschnitt</translation>
    </message>
    <message>
        <source>Whose manner of drawing: the pack's first, shaded pencil (cuhk, ar), loose lines (fs2k-1), strong dark lines (fs2k-2) or fine lines (fs2k-3); a pack draws only in those that it was trained in.</source>
        <translation>In wessen Art gezeichnet wird: in der ersten des Pakets, mit schattierendem Bleistift (CUHK, AR), in lockeren Linien (FS2K 1), in kräftigen dunklen Linien (FS2K 2) oder in feinen Linien (FS2K 3); ein Paket zeichnet nur in denen, die es gelernt hat.</translation>
    </message>
    <message>
        <source>the pack's own</source>
        <translation>Voreinstellung des Pakets</translation>
    </message>
    <message>
        <source>shaded pencil (cuhk)</source>
        <translation>schattierter Bleistift (CUHK)</translation>
    </message>
    <message>
        <source>shaded pencil (ar)</source>
        <translation>schattierter Bleistift (AR)</translation>
    </message>
    <message>
        <source>loose lines (fs2k-1)</source>
        <translation>lockere Linien (FS2K 1)</translation>
    </message>
    <message>
        <source>strong dark lines (fs2k-2)</source>
        <translation>kräftige dunkle Linien (FS2K 2)</translation>
    </message>
    <message>
        <source>fine lines (fs2k-3)</source>
        <translation>feine Linien (FS2K 3)</translation>
    </message>
    <message>
        <source>a portrait on a sheet of its own</source>
        <translation>ein Porträt auf einem eigenen Blatt</translation>
    </message>
    <message>
        <source>Hair on the head</source>
        <translation>Haar auf dem Kopf</translation>
    </message>
    <message>
        <source>Beard</source>
        <translation>Bart</translation>
    </message>
    <message>
        <source>Glasses</source>
        <translation>Brille</translation>
    </message>
    <message>
        <source>as in the photograph</source>
        <translation>wie auf dem Foto</translation>
    </message>
    <message>
        <source>left out by choice</source>
        <translation>auf Wunsch weggelassen</translation>
    </message>
    <message>
        <source>drawn by choice</source>
        <translation>auf Wunsch gezeichnet</translation>
    </message>
    <message>
        <source>The hair on the head: as the photograph shows it, or left out by choice; on a sheet of its own only.</source>
        <translation>Das Haar auf dem Kopf: wie das Foto es zeigt, oder auf Wunsch weggelassen; nur auf einem eigenen Blatt.</translation>
    </message>
    <message>
        <source>The beard: as the photograph shows it, left out by choice, or one drawn that is not in the photograph; on a sheet of its own only.</source>
        <translation>Der Bart: wie das Foto ihn zeigt, auf Wunsch weggelassen, oder ein gezeichneter, der nicht auf dem Foto ist; nur auf einem eigenen Blatt.</translation>
    </message>
    <message>
        <source>Glasses: as the photograph shows them, or a pair drawn that is not in the photograph; on a sheet of its own only.</source>
        <translation>Die Brille: wie das Foto sie zeigt, oder eine gezeichnete, die nicht auf dem Foto ist; nur auf einem eigenen Blatt.</translation>
    </message>
</context>
<context>
    <name>Engines</name>
    <message>
        <source>Ageing</source>
        <translation>Alterung</translation>
    </message>
    <message>
        <source>Autoencoder</source>
        <translation>Autoencoder</translation>
    </message>
    <message>
        <source>Personalisation</source>
        <translation>Personalisierung</translation>
    </message>
    <message>
        <source>Sketch</source>
        <translation>Skizze</translation>
    </message>
</context>
</TS>