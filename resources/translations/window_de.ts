<?xml version='1.0' encoding='utf-8'?>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AgeField</name>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source> years</source>
        <translation> Jahre</translation>
    </message>
    <message>
        <source>Age today</source>
        <translation>Alter heute</translation>
    </message>
    <message>
        <source>Age when last seen</source>
        <translation>Alter, als zuletzt gesehen</translation>
    </message>
    <message>
        <source>Every five years</source>
        <translation>Alle fünf Jahre</translation>
    </message>
    <message>
        <source>about {age}</source>
        <translation>etwa {age}</translation>
    </message>
    <message>
        <source>From the date of birth; about where a date is known in part only.</source>
        <translation>Aus dem Geburtsdatum; etwa, wo ein Datum nur zum Teil bekannt ist.</translation>
    </message>
    <message>
        <source>Every five years
{first} to {last}</source>
        <translation>Alle fünf Jahre
{first} bis {last}</translation>
    </message>
</context>
<context>
    <name>AdapterField</name>
    <message>
        <source>None: the photograph alone</source>
        <translation>Keiner: das Foto allein</translation>
    </message>
    <message>
        <source>None: the subject's adapters are of another model pack</source>
        <translation>Keiner: die Adapter der Person gehören zu einem anderen Modellpaket</translation>
    </message>
    <message>
        <source>{adapter}: learned from {count} photographs</source>
        <translation>{adapter}: gelernt aus {count} Fotos</translation>
    </message>
    <message>
        <source>{adapter}: learned from {count} photographs, ages {first:.0f} to {last:.0f}</source>
        <translation>{adapter}: gelernt aus {count} Fotos, Alter {first:.0f} bis {last:.0f}</translation>
    </message>
</context>
<context>
    <name>AgeField</name>
    <message>
        <source>Other ages in years, such as 35, 50.5</source>
        <translation>Andere Alter in Jahren, etwa 35, 50.5</translation>
    </message>
    <message>
        <source>Other target ages in years</source>
        <translation>Andere Zielalter in Jahren</translation>
    </message>
    <message>
        <source>{group}, {age:g} years</source>
        <translation>{group}, {age:g} Jahre</translation>
    </message>
    <message>
        <source>{first} to {last} years; shown at {age:g}</source>
        <translation>{first} bis {last} Jahre; gezeigt mit {age:g}</translation>
    </message>
    <message>
        <source>No target age is chosen.</source>
        <translation>Kein Zielalter ist gewählt.</translation>
    </message>
    <message>
        <source>Choose at least one.</source>
        <translation>Wählen Sie mindestens eines.</translation>
    </message>
</context>
<context>
    <name>AgeStrip</name>
    <message>
        <source>Images of the run</source>
        <translation>Bilder des Laufs</translation>
    </message>
</context>
<context>
    <name>Ages</name>
    <message>
        <source>Child</source>
        <translation>Kind</translation>
    </message>
    <message>
        <source>Teenager</source>
        <translation>Jugendlich</translation>
    </message>
    <message>
        <source>Young adult</source>
        <translation>Junger Erwachsener</translation>
    </message>
    <message>
        <source>Middle-aged</source>
        <translation>Mittleres Alter</translation>
    </message>
    <message>
        <source>Elderly</source>
        <translation>Älter</translation>
    </message>
    <message>
        <source>Old</source>
        <translation>Alt</translation>
    </message>
</context>
<context>
    <name>CaseDialog</name>
    <message>
        <source>New case</source>
        <translation>Neuer Fall</translation>
    </message>
    <message>
        <source>Create case</source>
        <translation>Fall anlegen</translation>
    </message>
    <message>
        <source>Edit case</source>
        <translation>Fall bearbeiten</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Such as 2026-0142</source>
        <translation>Etwa 2026-0142</translation>
    </message>
    <message>
        <source>Legal basis or consent for working with the photographs</source>
        <translation>Rechtsgrundlage oder Einwilligung für die Arbeit mit den Fotos</translation>
    </message>
    <message>
        <source>Case &amp;number</source>
        <translation>Fall&amp;nummer</translation>
    </message>
    <message>
        <source>&amp;Title</source>
        <translation>&amp;Titel</translation>
    </message>
    <message>
        <source>&amp;Kind</source>
        <translation>&amp;Art</translation>
    </message>
    <message>
        <source>&amp;Agency</source>
        <translation>&amp;Behörde</translation>
    </message>
    <message>
        <source>A&amp;uthorization</source>
        <translation>Er&amp;mächtigung</translation>
    </message>
</context>
<context>
    <name>CaseListModel</name>
    <message>
        <source>Number</source>
        <translation>Nummer</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Subjects</source>
        <translation>Personen</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Exhibits</source>
        <translation>Asservate</translation>
    </message>
    <message>
        <source>New images due</source>
        <translation>Neue Bilder fällig</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>Eröffnet</translation>
    </message>
    <message>
        <source>New images are due two years after the newest run for people under 18 or of unknown age, five years after it for adults.</source>
        <translation>Neue Bilder sind zwei Jahre nach dem jüngsten Lauf fällig bei Personen unter 18 oder unbekannten Alters, fünf Jahre danach bei Erwachsenen.</translation>
    </message>
    <message>
        <source>no images yet</source>
        <translation>noch keine Bilder</translation>
    </message>
    <message>
        <source>due since {day}</source>
        <translation>fällig seit {day}</translation>
    </message>
</context>
<context>
    <name>CaseListView</name>
    <message>
        <source>Only cases due for new &amp;images</source>
        <translation>Nur Fälle mit fälligen &amp;Bildern</translation>
    </message>
    <message>
        <source>New case…</source>
        <translation>Neuer Fall…</translation>
    </message>
    <message>
        <source>Create the first case…</source>
        <translation>Den ersten Fall anlegen…</translation>
    </message>
    <message>
        <source>No cases yet</source>
        <translation>Noch keine Fälle</translation>
    </message>
    <message>
        <source>A case holds the people concerned, the photographs received, runs and reports.</source>
        <translation>Ein Fall enthält die betroffenen Personen, die empfangenen Fotos, Läufe und Berichte.</translation>
    </message>
    <message>
        <source>No case matches</source>
        <translation>Kein Fall passt</translation>
    </message>
    <message>
        <source>Change the words or the filters above.</source>
        <translation>Ändern Sie die Wörter oder die Filter oben.</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Search number, title, names, places, descriptions</source>
        <translation>Nummer, Titel, Namen, Orte, Beschreibungen suchen</translation>
    </message>
    <message>
        <source>Search cases</source>
        <translation>Fälle suchen</translation>
    </message>
    <message>
        <source>Kind of case</source>
        <translation>Art des Falls</translation>
    </message>
    <message>
        <source>Every kind</source>
        <translation>Jede Art</translation>
    </message>
    <message>
        <source>Status of the case</source>
        <translation>Status des Falls</translation>
    </message>
    <message>
        <source>Open and closed</source>
        <translation>Offen und geschlossen</translation>
    </message>
    <message>
        <source>Recent cases</source>
        <translation>Letzte Fälle</translation>
    </message>
    <message>
        <source>1 case</source>
        <translation>1 Fall</translation>
    </message>
    <message>
        <source>{count} cases</source>
        <translation>{count} Fälle</translation>
    </message>
    <message>
        <source>Show every case</source>
        <translation>Alle Fälle zeigen</translation>
    </message>
</context>
<context>
    <name>CasebookBackup</name>
    <message>
        <source>Back up…</source>
        <translation>Sichern…</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>{casebook} backup</source>
        <translation>{casebook} Sicherung</translation>
    </message>
    <message>
        <source>Folder of the copy, best on another disk</source>
        <translation>Ordner der Kopie, am besten auf einem anderen Datenträger</translation>
    </message>
    <message>
        <source>The last backup, in {place}, is {days} days old; {count} events are newer.</source>
        <translation>Die letzte Sicherung, in {place}, ist {days} Tage alt; {count} Ereignisse sind neuer.</translation>
    </message>
    <message>
        <source>This casebook was never backed up from this computer; it is {days} days old.</source>
        <translation>Dieses Fallbuch wurde von diesem Rechner nie gesichert; es ist {days} Tage alt.</translation>
    </message>
</context>
<context>
    <name>BackupDialog</name>
    <message>
        <source>Back up the casebook</source>
        <translation>Fallbuch sichern</translation>
    </message>
    <message>
        <source>The casebook is being copied</source>
        <translation>Das Fallbuch wird kopiert</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>The database is copied…</source>
        <translation>Die Datenbank wird kopiert…</translation>
    </message>
    <message>
        <source>The copy is being stopped…</source>
        <translation>Die Kopie wird angehalten…</translation>
    </message>
    <message>
        <source>Files are copied: {done} of {all}</source>
        <translation>Dateien werden kopiert: {done} von {all}</translation>
    </message>
    <message>
        <source>The copy is verified…</source>
        <translation>Die Kopie wird geprüft…</translation>
    </message>
    <message>
        <source>The casebook was copied to {folder} and verifies: {files} files, {size}, {events} events.</source>
        <translation>Das Fallbuch wurde nach {folder} kopiert und ist unversehrt: {files} Dateien, {size}, {events} Ereignisse.</translation>
    </message>
    <message>
        <source>Links were not copied: {names}.</source>
        <translation>Verknüpfungen wurden nicht kopiert: {names}.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>CasebookBoxes</name>
    <message>
        <source>A run is active.</source>
        <translation>Ein Lauf ist aktiv.</translation>
    </message>
    <message>
        <source>Runs that wait stay queued and can be started later.</source>
        <translation>Wartende Läufe bleiben eingereiht und können später gestartet werden.</translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation>Weiterarbeiten</translation>
    </message>
    <message>
        <source>Close the other window first, or open the casebook for reading only.</source>
        <translation>Schließen Sie zuerst das andere Fenster, oder öffnen Sie das Fallbuch nur zum Lesen.</translation>
    </message>
    <message>
        <source>Open for reading only</source>
        <translation>Nur zum Lesen öffnen</translation>
    </message>
    <message>
        <source>Close when done</source>
        <translation>Nach den Läufen schließen</translation>
    </message>
</context>
<context>
    <name>ComparisonView</name>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>No derived images yet</source>
        <translation>Noch keine abgeleiteten Bilder</translation>
    </message>
    <message>
        <source>They appear here when a run is completed. Set one up from an exhibit.</source>
        <translation>Sie erscheinen hier, wenn ein Lauf abgeschlossen ist. Starten Sie einen von einem Asservat aus.</translation>
    </message>
    <message>
        <source>Show the face</source>
        <translation>Das Gesicht zeigen</translation>
    </message>
    <message>
        <source>Make a sketch of this image…</source>
        <translation>Skizze dieses Bildes machen…</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>Wischen</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>A sketch is made of the image of one variant.</source>
        <translation>Eine Skizze wird vom Bild einer einzelnen Variante gemacht.</translation>
    </message>
    <message>
        <source>This image is a sketch already.</source>
        <translation>Dieses Bild ist schon eine Skizze.</translation>
    </message>
    <message>
        <source>Nothing can be added to this case.</source>
        <translation>Zu diesem Fall kann nichts hinzugefügt werden.</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>verworfen</translation>
    </message>
    <message>
        <source>Derived image</source>
        <translation>Abgeleitetes Bild</translation>
    </message>
    <message>
        <source>Original and derived image, wiped</source>
        <translation>Original und abgeleitetes Bild, überblendet</translation>
    </message>
    <message>
        <source>Wipe from the original to the derived image</source>
        <translation>Vom Original zum abgeleiteten Bild wischen</translation>
    </message>
    <message>
        <source>Derived image · one possible appearance</source>
        <translation>Abgeleitetes Bild · ein mögliches Aussehen</translation>
    </message>
    <message>
        <source>One possible appearance. Not a photograph; it identifies nobody.</source>
        <translation>Ein mögliches Aussehen. Kein Foto; es identifiziert niemanden.</translation>
    </message>
    <message>
        <source>What was measured</source>
        <translation>Was gemessen wurde</translation>
    </message>
    <message>
        <source>The original cannot be shown.</source>
        <translation>Das Original kann nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>Derived</source>
        <translation>Abgeleitet</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Spread</source>
        <translation>Streuung</translation>
    </message>
    <message>
        <source>Nothing was measured.</source>
        <translation>Nichts wurde gemessen.</translation>
    </message>
    <message>
        <source>Its file is missing or altered.</source>
        <translation>Die Datei fehlt oder wurde verändert.</translation>
    </message>
    <message>
        <source>Add to comparison</source>
        <translation>Zum Vergleich hinzufügen</translation>
    </message>
    <message>
        <source>Compare with other pictures of the case</source>
        <translation>Mit anderen Bildern des Falls vergleichen</translation>
    </message>
    <message>
        <source>, 1 sketch</source>
        <translation>, 1 Skizze</translation>
    </message>
    <message>
        <source>, {count} sketches</source>
        <translation>, {count} Skizzen</translation>
    </message>
    <message>
        <source>Sketches of this image</source>
        <translation>Skizzen dieses Bildes</translation>
    </message>
    <message>
        <source>Sketches of {image}</source>
        <translation>Skizzen zu: {image}</translation>
    </message>
    <message>
        <source>%1, turned and scaled as on the sheet</source>
        <translation>%1, gedreht und skaliert wie auf dem Blatt</translation>
    </message>
</context>
<context>
    <name>CustodyView</name>
    <message>
        <source>Filter by action, person, object or digest</source>
        <translation>Nach Aktion, Person, Objekt oder Prüfsumme filtern</translation>
    </message>
    <message>
        <source>Filter events</source>
        <translation>Ereignisse filtern</translation>
    </message>
    <message>
        <source>Events of the &amp;whole casebook</source>
        <translation>Ereignisse des &amp;ganzen Fallbuchs</translation>
    </message>
    <message>
        <source>Details of the event</source>
        <translation>Einzelheiten des Ereignisses</translation>
    </message>
    <message>
        <source>Verify the casebook</source>
        <translation>Fallbuch prüfen</translation>
    </message>
    <message>
        <source>Custody events</source>
        <translation>Ereignisse der Beweiskette</translation>
    </message>
    <message>
        <source>Custody</source>
        <translation>Beweiskette</translation>
    </message>
    <message>
        <source>Chain head</source>
        <translation>Kopf der Kette</translation>
    </message>
    <message>
        <source>Checkpoint root</source>
        <translation>Wurzel des Prüfpunkts</translation>
    </message>
    <message>
        <source>Public key</source>
        <translation>Öffentlicher Schlüssel</translation>
    </message>
    <message>
        <source>event {number}, {time}</source>
        <translation>Ereignis {number}, {time}</translation>
    </message>
    <message>
        <source>no checkpoint yet</source>
        <translation>noch kein Prüfpunkt</translation>
    </message>
    <message>
        <source>signed over events 1 to {size} with key {key}</source>
        <translation>signiert über die Ereignisse 1 bis {size} mit dem Schlüssel {key}</translation>
    </message>
    <message>
        <source>Event {number}: {action}</source>
        <translation>Ereignis {number}: {action}</translation>
    </message>
    <message>
        <source>previous {digest}</source>
        <translation>vorheriges {digest}</translation>
    </message>
    <message>
        <source>counting…</source>
        <translation>wird gezählt…</translation>
    </message>
    <message>
        <source>1 event</source>
        <translation>1 Ereignis</translation>
    </message>
    <message>
        <source>{count} events</source>
        <translation>{count} Ereignisse</translation>
    </message>
</context>
<context>
    <name>DecisionPanel</name>
    <message>
        <source>Reason for accepting or rejecting</source>
        <translation>Grund für Annehmen oder Verwerfen</translation>
    </message>
    <message>
        <source>Plausible; facial proportions kept</source>
        <translation>Plausibel; Proportionen des Gesichts erhalten</translation>
    </message>
    <message>
        <source>Proportions differ from the photograph</source>
        <translation>Proportionen weichen vom Foto ab</translation>
    </message>
    <message>
        <source>Visible artefacts</source>
        <translation>Sichtbare Artefakte</translation>
    </message>
    <message>
        <source>Does not show the target age</source>
        <translation>Zeigt das Zielalter nicht</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Accept as a result (A)</source>
        <translation>Als Ergebnis annehmen (A)</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Reject; it is listed but not shown as a result (R)</source>
        <translation>Verwerfen; es wird aufgeführt, aber nicht als Ergebnis gezeigt (R)</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Not decided</source>
        <translation>Nicht entschieden</translation>
    </message>
    <message>
        <source>Only accepted images reach a report as results.</source>
        <translation>Nur angenommene Bilder kommen als Ergebnisse in einen Bericht.</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Angenommen</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Verworfen</translation>
    </message>
    <message>
        <source>Give the reason first: it is recorded with the decision.</source>
        <translation>Nennen Sie zuerst den Grund: Er wird mit der Entscheidung festgehalten.</translation>
    </message>
    <message>
        <source>Edit the list of reasons…</source>
        <translation>Liste der Gründe bearbeiten…</translation>
    </message>
    <message>
        <source>Withdraw the decision</source>
        <translation>Entscheidung zurückziehen</translation>
    </message>
    <message>
        <source>Withdraw the decision; both stay in the custody log (W)</source>
        <translation>Entscheidung zurückziehen; beides bleibt im Verwahrungsprotokoll (W)</translation>
    </message>
    <message>
        <source>Next undecided</source>
        <translation>Nächstes offene</translation>
    </message>
    <message>
        <source>The next image of the case that nobody decided about (N)</source>
        <translation>Das nächste Bild des Falls, über das niemand entschieden hat (N)</translation>
    </message>
    <message>
        <source>Decision: reason {number}</source>
        <translation>Entscheidung: Grund {number}</translation>
    </message>
    <message>
        <source>Decision: next undecided image</source>
        <translation>Entscheidung: nächstes offene Bild</translation>
    </message>
    <message>
        <source>Decision: withdraw</source>
        <translation>Entscheidung: zurückziehen</translation>
    </message>
    <message>
        <source>Give the reason for the withdrawal first: it is recorded.</source>
        <translation>Nennen Sie zuerst den Grund für das Zurückziehen: Er wird vermerkt.</translation>
    </message>
    <message>
        <source>Every image of the case is decided.</source>
        <translation>Über jedes Bild des Falls ist entschieden.</translation>
    </message>
    <message>
        <source>Before: {entry}</source>
        <translation>Davor: {entry}</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>und {count} weitere</translation>
    </message>
    <message>
        <source>Accept {count}</source>
        <translation>{count} annehmen</translation>
    </message>
    <message>
        <source>Reject {count}</source>
        <translation>{count} verwerfen</translation>
    </message>
    <message>
        <source>Next (N)</source>
        <translation>Nächstes (N)</translation>
    </message>
</context>
<context>
    <name>Demonstration</name>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
</context>
<context>
    <name>Description</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Aliases</source>
        <translation>Weitere Namen</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>Geschlecht</translation>
    </message>
    <message>
        <source>Date of birth</source>
        <translation>Geburtsdatum</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>Zuletzt gesehen</translation>
    </message>
    <message>
        <source>Family name</source>
        <translation>Familienname</translation>
    </message>
    <message>
        <source>Forename</source>
        <translation>Vorname</translation>
    </message>
    <message>
        <source>Ethnicity</source>
        <translation>Ethnische Herkunft</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Hair</source>
        <translation>Haare</translation>
    </message>
    <message>
        <source>Eyes</source>
        <translation>Augen</translation>
    </message>
    <message>
        <source>Marks, scars, tattoos</source>
        <translation>Merkmale, Narben, Tätowierungen</translation>
    </message>
    <message>
        <source>Clothing</source>
        <translation>Kleidung</translation>
    </message>
    <message>
        <source>Circumstances</source>
        <translation>Umstände</translation>
    </message>
    <message>
        <source>DNA available</source>
        <translation>DNA vorhanden</translation>
    </message>
    <message>
        <source>Fingerprints available</source>
        <translation>Fingerabdrücke vorhanden</translation>
    </message>
    <message>
        <source>Police report</source>
        <translation>Polizeibericht</translation>
    </message>
</context>
<context>
    <name>DigestLabel</name>
    <message>
        <source>Copy the SHA-256</source>
        <translation>SHA-256 kopieren</translation>
    </message>
    <message>
        <source>Copy the whole SHA-256</source>
        <translation>Die ganze SHA-256 kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>Something went wrong that should not have.</source>
        <translation>Etwas ging schief, das nicht hätte schiefgehen dürfen.</translation>
    </message>
    <message>
        <source>the program's log</source>
        <translation>das Protokoll des Programms</translation>
    </message>
    <message>
        <source>Nothing that was recorded is lost. Send the log to who looks after the program: {path}</source>
        <translation>Nichts Festgehaltenes ist verloren. Senden Sie das Protokoll an die Person, die das Programm betreut: {path}</translation>
    </message>
</context>
<context>
    <name>Estimate</name>
    <message>
        <source>1 adapter, after {steps} training steps</source>
        <translation>1 Adapter nach {steps} Trainingsschritten</translation>
    </message>
    <message>
        <source>1 derived image</source>
        <translation>1 abgeleitetes Bild</translation>
    </message>
    <message>
        <source>{count} derived images</source>
        <translation>{count} abgeleitete Bilder</translation>
    </message>
    <message>
        <source>time not known yet: no run of this engine with this pack was measured on this computer. The table of runs shows the time left once it is under way</source>
        <translation>Dauer noch nicht bekannt: auf diesem Computer wurde noch kein Lauf dieses Verfahrens mit diesem Paket gemessen. Die Tabelle der Läufe zeigt die Restzeit, sobald er läuft</translation>
    </message>
    <message>
        <source>about {time}, from {count} measured run(s) in this casebook</source>
        <translation>etwa {time}, nach {count} gemessenen Läufen in diesem Fallbuch</translation>
    </message>
    <message>
        <source>about {time}, from {count} run(s) measured on this computer</source>
        <translation>etwa {time}, nach {count} auf diesem Computer gemessenen Läufen</translation>
    </message>
    <message>
        <source>The same run without the adapter follows as its control, unless the case has it.</source>
        <translation>Derselbe Lauf ohne den Adapter folgt als Kontrolle, sofern der Fall ihn nicht schon hat.</translation>
    </message>
    <message>
        <source>Memory: earlier runs took up to {peak}; {free} is free now.</source>
        <translation>Speicher: frühere Läufe brauchten bis zu {peak}; jetzt sind {free} frei.</translation>
    </message>
    <message>
        <source>Memory: {weights} of weights and working memory on top; {free} is free now.</source>
        <translation>Speicher: {weights} Gewichte, dazu Arbeitsspeicher; jetzt sind {free} frei.</translation>
    </message>
    <message>
        <source>The run measures what its training needs and stops at once where that does not fit.</source>
        <translation>Der Lauf misst, was sein Training braucht, und hält sofort an, wenn das nicht passt.</translation>
    </message>
    <message>
        <source>The same run without adapter and relatives follows as its control, unless the case has it.</source>
        <translation>Derselbe Lauf ohne Adapter und Angehörige folgt als Kontrolle, falls der Fall ihn nicht schon hat.</translation>
    </message>
</context>
<context>
    <name>EventsModel</name>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>Examiner</source>
        <translation>Untersucher</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>ExhibitDetails</name>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>New run…</source>
        <translation>Neuer Lauf…</translation>
    </message>
    <message>
        <source>Choose the photograph to work on first, or receive one.</source>
        <translation>Wählen Sie zuerst das Foto, mit dem gearbeitet werden soll, oder empfangen Sie eines.</translation>
    </message>
    <message>
        <source>No exhibit is chosen.</source>
        <translation>Kein Asservat ist gewählt.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>Checking the digest…</source>
        <translation>Prüfsumme wird geprüft…</translation>
    </message>
    <message>
        <source>Facts about the exhibit</source>
        <translation>Angaben zum Asservat</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufzeichnung</translation>
    </message>
    <message>
        <source>Quality measures of the chosen face</source>
        <translation>Qualitätsmaße des gewählten Gesichts</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Maß</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Score 0–100</source>
        <translation>Punkte 0–100</translation>
    </message>
    <message>
        <source>Formulas of OFIQ on five landmarks; no conformant ISO/IEC 29794-5 assessment.</source>
        <translation>Formeln von OFIQ auf fünf Punkten; keine konforme Bewertung nach ISO/IEC 29794-5.</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>No exhibit</source>
        <translation>Kein Asservat</translation>
    </message>
    <message>
        <source>{age:g} years</source>
        <translation>{age:g} Jahre</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Age in it</source>
        <translation>Alter darauf</translation>
    </message>
    <message>
        <source>Taken on</source>
        <translation>Aufgenommen am</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Umfang</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Received how</source>
        <translation>Empfangen wie</translation>
    </message>
    <message>
        <source>Received at</source>
        <translation>Empfangen am</translation>
    </message>
    <message>
        <source>Exhibit id</source>
        <translation>Asservat-Id</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Anmerkungen</translation>
    </message>
    <message>
        <source>The file holds no EXIF metadata.</source>
        <translation>Die Datei enthält keine EXIF-Metadaten.</translation>
    </message>
    <message>
        <source>This picture cannot be shown.</source>
        <translation>Dieses Bild kann nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>Verified now</source>
        <translation>Eben geprüft</translation>
    </message>
    <message>
        <source>Altered or missing</source>
        <translation>Verändert oder fehlend</translation>
    </message>
    <message>
        <source>Looking for faces…</source>
        <translation>Gesichter werden gesucht…</translation>
    </message>
    <message>
        <source>Faces could not be looked for: {why}</source>
        <translation>Gesichter konnten nicht gesucht werden: {why}</translation>
    </message>
    <message>
        <source>No face was found. A run on this photograph would stop with that reason.</source>
        <translation>Kein Gesicht wurde gefunden. Ein Lauf mit diesem Foto würde aus diesem Grund enden.</translation>
    </message>
    <message>
        <source>One face was found.</source>
        <translation>Ein Gesicht wurde gefunden.</translation>
    </message>
    <message>
        <source>{count} faces were found, the largest first. Click the one that a run is to work on.</source>
        <translation>{count} Gesichter wurden gefunden, das größte zuerst. Klicken Sie auf das, mit dem ein Lauf arbeiten soll.</translation>
    </message>
    <message>
        <source>Amend…</source>
        <translation>Berichtigen…</translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation>Gesicht {number}</translation>
    </message>
    <message>
        <source> · chosen</source>
        <translation> · gewählt</translation>
    </message>
    <message>
        <source>Who else?</source>
        <translation>Wer noch?</translation>
    </message>
    <message>
        <source>Who else in the casebook looks like this? (Ctrl+L)</source>
        <translation>Wer im Fallbuch sieht noch so aus? (Strg+L)</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>Zurückziehen…</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>New run on {count}…</source>
        <translation>Neuer Lauf zu {count}…</translation>
    </message>
</context>
<context>
    <name>ExhibitDialog</name>
    <message>
        <source>Amend exhibit {number}</source>
        <translation>Asservat {number} berichtigen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM or YYYY-MM-DD</source>
        <translation>JJJJ, JJJJ-MM oder JJJJ-MM-TT</translation>
    </message>
    <message>
        <source>Is added to the remarks</source>
        <translation>Wird den Bemerkungen hinzugefügt</translation>
    </message>
    <message>
        <source>Kept in the custody log with the former statements</source>
        <translation>Bleibt mit den früheren Angaben in der Beweiskette</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>&amp;Subject</source>
        <translation>&amp;Person</translation>
    </message>
    <message>
        <source>&amp;Age in the photograph</source>
        <translation>A&amp;lter auf dem Foto</translation>
    </message>
    <message>
        <source>Taken &amp;on</source>
        <translation>Aufgenommen &amp;am</translation>
    </message>
    <message>
        <source>S&amp;ource</source>
        <translation>&amp;Quelle</translation>
    </message>
    <message>
        <source>Received &amp;how</source>
        <translation>Empfangen &amp;wie</translation>
    </message>
    <message>
        <source>Exhibit &amp;number</source>
        <translation>&amp;Nummer</translation>
    </message>
    <message>
        <source>Re&amp;mark</source>
        <translation>Be&amp;merkung</translation>
    </message>
    <message>
        <source>Not stated</source>
        <translation>Nicht angegeben</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM, YYYY-MM-DD or DD.MM.YYYY</source>
        <translation>JJJJ, JJJJ-MM, JJJJ-MM-TT oder TT.MM.JJJJ</translation>
    </message>
</context>
<context>
    <name>ExhibitsView</name>
    <message>
        <source>Receive photographs…</source>
        <translation>Fotos empfangen…</translation>
    </message>
    <message>
        <source>Choose photographs…</source>
        <translation>Fotos wählen…</translation>
    </message>
    <message>
        <source>Drop photographs here</source>
        <translation>Fotos hier ablegen</translation>
    </message>
    <message>
        <source>Each becomes an exhibit: copied byte for byte, with its SHA-256, never opened for writing.</source>
        <translation>Jedes wird ein Asservat: Byte für Byte kopiert, mit seiner SHA-256, nie zum Schreiben geöffnet.</translation>
    </message>
    <message>
        <source>Photographs to receive</source>
        <translation>Zu empfangende Fotos</translation>
    </message>
    <message>
        <source>Photographs ({patterns});;Every file (*)</source>
        <translation>Fotos ({patterns});;Jede Datei (*)</translation>
    </message>
    <message>
        <source>Exhibits</source>
        <translation>Asservate</translation>
    </message>
    <message>
        <source>Drop files anywhere in the frame.</source>
        <translation>Legen Sie Dateien irgendwo im Rahmen ab.</translation>
    </message>
    <message>
        <source>nobody stated</source>
        <translation>niemand angegeben</translation>
    </message>
    <message>
        <source>{count} withdrawn: see the custody log.</source>
        <translation>{count} zurückgezogen: siehe Beweiskette.</translation>
    </message>
    <message>
        <source>Compare the selected exhibits</source>
        <translation>Gewählte Asservate vergleichen</translation>
    </message>
    <message>
        <source>Add to comparison</source>
        <translation>Zum Vergleich hinzufügen</translation>
    </message>
    <message>
        <source>Leads from this photograph…</source>
        <translation>Hinweise aus diesem Foto…</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>{age} years, mean</source>
        <translation>{age} Jahre, Mittel</translation>
    </message>
    <message>
        <source>{age} years, spread</source>
        <translation>{age} Jahre, Streuung</translation>
    </message>
    <message>
        <source>{age} years</source>
        <translation>{age} Jahre</translation>
    </message>
    <message>
        <source>{age} years, variant {variant}</source>
        <translation>{age} Jahre, Variante {variant}</translation>
    </message>
    <message>
        <source>the image {name} of {number}</source>
        <translation>das Bild {name} von {number}</translation>
    </message>
    <message>
        <source>the {age}-year image of {number}</source>
        <translation>das Bild mit {age} Jahren von {number}</translation>
    </message>
    <message>
        <source>{engine} of the {age}-year image</source>
        <translation>{engine} des Bildes mit {age} Jahren</translation>
    </message>
    <message>
        <source>{engine} of {what}</source>
        <translation>{engine} von {what}</translation>
    </message>
    <message>
        <source>The brighter a place, the more the variants differ there: what is bright is not determined by the photograph.</source>
        <translation>Je heller eine Stelle, desto mehr unterscheiden sich die Varianten dort: Was hell ist, legt das Foto nicht fest.</translation>
    </message>
    <message>
        <source>The mean of the variants: what they have in common.</source>
        <translation>Das Mittel der Varianten: was sie gemeinsam haben.</translation>
    </message>
    <message>
        <source>The analyser finds no face in this image any more.</source>
        <translation>Das Analyseprogramm findet in diesem Bild kein Gesicht mehr.</translation>
    </message>
    <message>
        <source>Less like a photograph than 99 of 100 photographs: look for faults at the mouth, the eyes and the hairline before it is used.</source>
        <translation>Einem Foto unähnlicher als 99 von 100 Fotos: vor der Verwendung Mund, Augen und Haaransatz auf Fehler prüfen.</translation>
    </message>
    <message>
        <source>The age estimator reads {shown:.0f} years.</source>
        <translation>Der Altersschätzer liest {shown:.0f} Jahre.</translation>
    </message>
    <message>
        <source>The age estimator reads {shown:.0f} years here and {control:.0f} on the untouched photograph: {difference} years. It can be wrong by many years.</source>
        <translation>Der Altersschätzer liest hier {shown:.0f} Jahre und {control:.0f} auf dem unveränderten Foto: {difference} Jahre. Er kann um viele Jahre irren.</translation>
    </message>
    <message>
        <source>Comparison score with the photograph ({analyser}, higher is more alike): {score:.3f}.</source>
        <translation>Vergleichswert mit dem Foto ({analyser}, höher ist ähnlicher): {score:.3f}.</translation>
    </message>
    <message>
        <source>The analyser's authors name {threshold:g} for the same person. It is no probability.</source>
        <translation>Die Urheber des Analyseprogramms nennen {threshold:g} für dieselbe Person. Es ist keine Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>The age estimator reads {shown:.0f} years here and {control:.0f} on the untouched photograph: {difference:+.0f} years. It can be wrong by many years.</source>
        <translation>Der Altersschätzer liest hier {shown:.0f} Jahre und {control:.0f} auf dem unveränderten Foto: {difference:+.0f} Jahre. Er kann um viele Jahre irren.</translation>
    </message>
    <message>
        <source>With the other photograph {name}: {score:.3f}</source>
        <translation>Mit dem anderen Foto {name}: {score:.3f}</translation>
    </message>
    <message>
        <source> (untouched photograph: {score:.3f})</source>
        <translation> (unverändertes Foto: {score:.3f})</translation>
    </message>
    <message>
        <source>A second matcher ({analyser}), which had no part in making the picture: {score:.3f}.</source>
        <translation>Ein zweiter Vergleicher ({analyser}), der das Bild nicht mitgemacht hat: {score:.3f}.</translation>
    </message>
    <message>
        <source>Its threshold is {threshold:.3f}.</source>
        <translation>Seine Schwelle ist {threshold:.3f}.</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import a model pack</source>
        <translation>Modellpaket importieren</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Progress of the import</source>
        <translation>Fortschritt des Imports</translation>
    </message>
    <message>
        <source>A folder in the diffusers layout or one .safetensors file. Pickles are never opened.</source>
        <translation>Ein Ordner im diffusers-Aufbau oder eine .safetensors-Datei. Pickles werden nie geöffnet.</translation>
    </message>
    <message>
        <source>&amp;Source</source>
        <translation>&amp;Quelle</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Licence text</source>
        <translation>&amp;Lizenztext</translation>
    </message>
    <message>
        <source>Only when the source holds none</source>
        <translation>Nur wenn die Quelle keinen enthält</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Name of the pack</source>
        <translation>Name des Pakets</translation>
    </message>
    <message>
        <source>Licence text file</source>
        <translation>Datei des Lizenztexts</translation>
    </message>
    <message>
        <source>Give a source and a name.</source>
        <translation>Geben Sie Quelle und Namen an.</translation>
    </message>
    <message>
        <source>Folder or .safetensors file of the pack</source>
        <translation>Ordner oder .safetensors-Datei des Pakets</translation>
    </message>
    <message>
        <source>Licence text</source>
        <translation>Lizenztext</translation>
    </message>
</context>
<context>
    <name>IntakeDialog</name>
    <message>
        <source>Receive photographs</source>
        <translation>Fotos empfangen</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>The files are copied byte for byte and stay where they are. What you enter counts for all.</source>
        <translation>Die Dateien werden Byte für Byte kopiert und bleiben, wo sie sind. Ihre Angaben gelten für alle.</translation>
    </message>
    <message>
        <source>USB stick</source>
        <translation>USB-Stick</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>E-Mail</translation>
    </message>
    <message>
        <source>Paper print, scanned</source>
        <translation>Papierabzug, gescannt</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Herunterladen</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Familie</translation>
    </message>
    <message>
        <source>Other agency</source>
        <translation>Andere Behörde</translation>
    </message>
    <message>
        <source>From whom or where</source>
        <translation>Von wem oder woher</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM or YYYY-MM-DD</source>
        <translation>JJJJ, JJJJ-MM oder JJJJ-MM-TT</translation>
    </message>
    <message>
        <source>&amp;Subject</source>
        <translation>&amp;Person</translation>
    </message>
    <message>
        <source>S&amp;ource</source>
        <translation>&amp;Quelle</translation>
    </message>
    <message>
        <source>Received &amp;how</source>
        <translation>Empfangen &amp;wie</translation>
    </message>
    <message>
        <source>Taken &amp;on</source>
        <translation>Aufgenommen &amp;am</translation>
    </message>
    <message>
        <source>&amp;Age in the photograph</source>
        <translation>A&amp;lter auf dem Foto</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Umfang</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>Not stated</source>
        <translation>Nicht angegeben</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Fortschritt von {name}</translation>
    </message>
    <message>
        <source>received as {number}</source>
        <translation>empfangen als {number}</translation>
    </message>
    <message>
        <source>not received</source>
        <translation>nicht empfangen</translation>
    </message>
    <message>
        <source>{count} received</source>
        <translation>{count} empfangen</translation>
    </message>
    <message>
        <source>{count} refused (recorded, with the reason)</source>
        <translation>{count} abgewiesen (mit Grund festgehalten)</translation>
    </message>
    <message>
        <source>{count} not begun</source>
        <translation>{count} nicht begonnen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>is looked at…</source>
        <translation>wird geprüft…</translation>
    </message>
    <message>
        <source>{done} of {all}</source>
        <translation>{done} von {all}</translation>
    </message>
    <message>
        <source>stopped; nothing of it was kept</source>
        <translation>angehalten; nichts davon wurde behalten</translation>
    </message>
    <message>
        <source>1 stopped</source>
        <translation>1 angehalten</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM, YYYY-MM-DD or DD.MM.YYYY</source>
        <translation>JJJJ, JJJJ-MM, JJJJ-MM-TT oder TT.MM.JJJJ</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ordner hinzufügen…</translation>
    </message>
    <message>
        <source>Folder of photographs</source>
        <translation>Ordner mit Fotos</translation>
    </message>
    <message>
        <source>The files are copied byte for byte and stay where they are. What you enter counts for all; in the table for one alone. Without an age, it follows from the dates.</source>
        <translation>Die Dateien werden Byte für Byte kopiert und bleiben, wo sie sind. Was Sie eingeben, gilt für alle; in der Tabelle für eine allein. Ohne Alter folgt es aus den Daten.</translation>
    </message>
</context>
<context>
    <name>LicenceDialog</name>
    <message>
        <source>Licence of the model pack {name}</source>
        <translation>Lizenz des Modellpakets {name}</translation>
    </message>
    <message>
        <source>Licence text</source>
        <translation>Lizenztext</translation>
    </message>
    <message>
        <source>I have &amp;read the licence and accept it for this casebook.</source>
        <translation>Ich habe die Lizenz &amp;gelesen und nehme sie für dieses Fallbuch an.</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Licence: {name}</source>
        <translation>Lizenz: {name}</translation>
    </message>
    <message>
        <source>Accepted in this casebook.</source>
        <translation>In diesem Fallbuch angenommen.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Opening {folder}…</source>
        <translation>{folder} wird geöffnet…</translation>
    </message>
    <message>
        <source>Cancel the run and close</source>
        <translation>Lauf abbrechen und schließen</translation>
    </message>
    <message>
        <source>Forensic App</source>
        <translation>Forensic App</translation>
    </message>
    <message>
        <source> (reading only)</source>
        <translation> (nur zum Lesen)</translation>
    </message>
    <message>
        <source>{name} – Forensic App</source>
        <translation>{name} – Forensic App</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>Fälle</translation>
    </message>
    <message>
        <source>Model packs</source>
        <translation>Modellpakete</translation>
    </message>
    <message>
        <source>Workstation</source>
        <translation>Arbeitsplatz</translation>
    </message>
    <message>
        <source>Opening another casebook cancels it; that is recorded.</source>
        <translation>Das Öffnen eines anderen Fallbuchs bricht ihn ab; das wird festgehalten.</translation>
    </message>
    <message>
        <source>Cancel the run and open</source>
        <translation>Lauf abbrechen und öffnen</translation>
    </message>
    <message>
        <source>Closing the casebook cancels it; that is recorded.</source>
        <translation>Das Schließen des Fallbuchs bricht ihn ab; das wird festgehalten.</translation>
    </message>
    <message>
        <source>The demonstration is being made; stop it first.</source>
        <translation>Das Beispiel wird gerade gemacht; halten Sie es zuerst an.</translation>
    </message>
    <message>
        <source>Closing…</source>
        <translation>Wird geschlossen…</translation>
    </message>
    <message>
        <source>Forensic App {version}</source>
        <translation>Forensic App {version}</translation>
    </message>
    <message>
        <source>Closing cancels it; that is recorded.</source>
        <translation>Das Schließen bricht ihn ab; das wird festgehalten.</translation>
    </message>
    <message>
        <source>Age progression and de-ageing with a verifiable custody record. Derived images show one possible appearance; they are no photograph and identify nobody.</source>
        <translation>Altersdarstellung und Verjüngung mit prüfbarer Beweiskette. Abgeleitete Bilder zeigen ein mögliches Aussehen; sie sind keine Fotos und identifizieren niemanden.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteliste</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;Laboratory identity…</source>
        <translation>&amp;Laboridentität …</translation>
    </message>
    <message>
        <source>&amp;Hand out the whole case…</source>
        <translation>Ganzen Fall &amp;aushändigen …</translation>
    </message>
    <message>
        <source>&amp;Print report…</source>
        <translation>Bericht &amp;drucken…</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;New casebook…</source>
        <translation>&amp;Neues Fallbuch…</translation>
    </message>
    <message>
        <source>&amp;Open casebook…</source>
        <translation>Fallbuch ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>&amp;Recent casebooks</source>
        <translation>&amp;Letzte Fallbücher</translation>
    </message>
    <message>
        <source>&amp;Back up casebook…</source>
        <translation>Fallbuch &amp;sichern…</translation>
    </message>
    <message>
        <source>&amp;Close casebook</source>
        <translation>Fallbuch &amp;schließen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Case</source>
        <translation>&amp;Fall</translation>
    </message>
    <message>
        <source>&amp;New case…</source>
        <translation>&amp;Neuer Fall…</translation>
    </message>
    <message>
        <source>&amp;Find a case</source>
        <translation>Fall &amp;suchen</translation>
    </message>
    <message>
        <source>&amp;Edit case…</source>
        <translation>Fall &amp;bearbeiten…</translation>
    </message>
    <message>
        <source>&amp;Close or reopen case…</source>
        <translation>Fall schließen oder wieder &amp;öffnen…</translation>
    </message>
    <message>
        <source>Add &amp;subject…</source>
        <translation>&amp;Person hinzufügen…</translation>
    </message>
    <message>
        <source>&amp;Receive photographs…</source>
        <translation>Fotos &amp;empfangen…</translation>
    </message>
    <message>
        <source>New &amp;run…</source>
        <translation>Neuer &amp;Lauf…</translation>
    </message>
    <message>
        <source>&amp;Issue report…</source>
        <translation>Be&amp;richt ausstellen…</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>&amp;Über</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Cases</source>
        <translation>&amp;Fälle</translation>
    </message>
    <message>
        <source>&amp;Model packs</source>
        <translation>&amp;Modellpakete</translation>
    </message>
    <message>
        <source>&amp;Workstation</source>
        <translation>A&amp;rbeitsplatz</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Exhibits</source>
        <translation>Asservate</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Derived images</source>
        <translation>Abgeleitete Bilder</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Berichte</translation>
    </message>
    <message>
        <source>Custody</source>
        <translation>Beweiskette</translation>
    </message>
    <message>
        <source>Theme of the system</source>
        <translation>Farben des Systems</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>Helle Farben</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>Dunkle Farben</translation>
    </message>
    <message>
        <source>{folder} (not there)</source>
        <translation>{folder} (nicht vorhanden)</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>&amp;Forget these</source>
        <translation>Diese &amp;vergessen</translation>
    </message>
    <message>
        <source>Who else looks &amp;like this?</source>
        <translation>Wer sieht noch &amp;so aus?</translation>
    </message>
    <message>
        <source>&amp;Search</source>
        <translation>&amp;Suche</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>E&amp;xtras</translation>
    </message>
    <message>
        <source>&amp;Inspect a file…</source>
        <translation>Datei &amp;untersuchen…</translation>
    </message>
    <message>
        <source>Runs on se&amp;veral photographs…</source>
        <translation>Läufe zu me&amp;hreren Fotos…</translation>
    </message>
    <message>
        <source>&amp;Queue</source>
        <translation>&amp;Warteliste</translation>
    </message>
    <message>
        <source>Com&amp;pare…</source>
        <translation>&amp;Vergleichen…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Einstellungen…</translation>
    </message>
    <message>
        <source>&amp;Help on this page</source>
        <translation>&amp;Hilfe zu dieser Seite</translation>
    </message>
    <message>
        <source>&amp;Manual</source>
        <translation>Hand&amp;buch</translation>
    </message>
    <message>
        <source>Leads fr&amp;om this photograph…</source>
        <translation>Hinweise aus diesem &amp;Foto…</translation>
    </message>
</context>
<context>
    <name>NewRunDialog</name>
    <message>
        <source>New run</source>
        <translation>Neuer Lauf</translation>
    </message>
    <message>
        <source>Start run</source>
        <translation>Lauf starten</translation>
    </message>
    <message>
        <source>New run on {number}</source>
        <translation>Neuer Lauf mit {number}</translation>
    </message>
    <message>
        <source>Looking at the photographs…</source>
        <translation>Die Fotos werden angesehen…</translation>
    </message>
    <message>
        <source>Start all the same</source>
        <translation>Trotzdem starten</translation>
    </message>
    <message>
        <source>Photographs of the subject</source>
        <translation>Fotos der Person</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Model pack</source>
        <translation>Modellpaket</translation>
    </message>
    <message>
        <source>Face analyser</source>
        <translation>Gesichtsanalyse</translation>
    </message>
    <message>
        <source>Face, 1 is the largest</source>
        <translation>Gesicht, 1 ist das größte</translation>
    </message>
    <message>
        <source>1 is the largest face, then in order of size.</source>
        <translation>1 ist das größte Gesicht, dann nach Größe.</translation>
    </message>
    <message>
        <source>Save as preset…</source>
        <translation>Als Voreinstellung speichern…</translation>
    </message>
    <message>
        <source>No pack of this engine here</source>
        <translation>Kein Paket für dieses Verfahren</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>&amp;Face</source>
        <translation>&amp;Gesicht</translation>
    </message>
    <message>
        <source>Face &amp;analyser</source>
        <translation>Gesichts&amp;analyse</translation>
    </message>
    <message>
        <source>Read the &amp;licence…</source>
        <translation>&amp;Lizenz lesen…</translation>
    </message>
    <message>
        <source>The picture that is worked on</source>
        <translation>Das Bild, mit dem gearbeitet wird</translation>
    </message>
    <message>
        <source>Derived image</source>
        <translation>Abgeleitetes Bild</translation>
    </message>
    <message>
        <source>As last time</source>
        <translation>Wie beim letzten Mal</translation>
    </message>
    <message>
        <source>Save as preset</source>
        <translation>Als Voreinstellung speichern</translation>
    </message>
    <message>
        <source>Name of the preset:</source>
        <translation>Name der Voreinstellung:</translation>
    </message>
    <message>
        <source>Licence accepted</source>
        <translation>Lizenz angenommen</translation>
    </message>
    <message>
        <source>Licence not accepted yet</source>
        <translation>Lizenz noch nicht angenommen</translation>
    </message>
</context>
<context>
    <name>OverviewView</name>
    <message>
        <source>Consents…</source>
        <translation>Einwilligungen …</translation>
    </message>
    <message>
        <source>Subjects</source>
        <translation>Personen</translation>
    </message>
    <message>
        <source>Add subject…</source>
        <translation>Person hinzufügen…</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Bearbeiten…</translation>
    </message>
    <message>
        <source>Agency</source>
        <translation>Behörde</translation>
    </message>
    <message>
        <source>Authorization</source>
        <translation>Ermächtigung</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>Eröffnet</translation>
    </message>
    <message>
        <source>Case id</source>
        <translation>Fall-Id</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Nobody yet. Add the person concerned: name, date of birth and description feed the captions.</source>
        <translation>Noch niemand. Fügen Sie die betroffene Person hinzu: Name, Geburtsdatum und Beschreibung gehen in die Bildtexte ein.</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Completeness</source>
        <translation>Vollständigkeit</translation>
    </message>
    <message>
        <source>A checklist of what the two systems ask for. It files nothing.</source>
        <translation>Eine Prüfliste dessen, wonach die beiden Systeme fragen. Sie reicht nichts ein.</translation>
    </message>
    <message>
        <source>born {date}</source>
        <translation>geboren {date}</translation>
    </message>
    <message>
        <source>1 photograph</source>
        <translation>1 Foto</translation>
    </message>
    <message>
        <source>{count} photographs</source>
        <translation>{count} Fotos</translation>
    </message>
    <message>
        <source>{done} of {of}</source>
        <translation>{done} von {of}</translation>
    </message>
    <message>
        <source>{notice}: {done} of {of}</source>
        <translation>{notice}: {done} von {of}</translation>
    </message>
    <message>
        <source>Missing: {fields}</source>
        <translation>Es fehlen: {fields}</translation>
    </message>
    <message>
        <source>Nothing is missing.</source>
        <translation>Nichts fehlt.</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>Zurückziehen…</translation>
    </message>
    <message>
        <source>Relatives…</source>
        <translation>Angehörige …</translation>
    </message>
</context>
<context>
    <name>PacksView</name>
    <message>
        <source>cannot be used</source>
        <translation>nicht verwendbar</translation>
    </message>
    <message>
        <source>Model packs</source>
        <translation>Modellpakete</translation>
    </message>
    <message>
        <source>Import a pack…</source>
        <translation>Paket importieren…</translation>
    </message>
    <message>
        <source>Read the licence…</source>
        <translation>Lizenz lesen…</translation>
    </message>
    <message>
        <source>Check every file</source>
        <translation>Jede Datei prüfen</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Wird geprüft…</translation>
    </message>
    <message>
        <source>No model pack is on this computer</source>
        <translation>Kein Modellpaket ist auf diesem Rechner</translation>
    </message>
    <message>
        <source>Import a folder in the diffusers layout or a single .safetensors file with its licence text.</source>
        <translation>Importieren Sie einen Ordner im diffusers-Aufbau oder eine einzelne .safetensors-Datei mit ihrem Lizenztext.</translation>
    </message>
    <message>
        <source>bundled</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>importiert</translation>
    </message>
    <message>
        <source>licence accepted</source>
        <translation>Lizenz angenommen</translation>
    </message>
    <message>
        <source>licence not accepted</source>
        <translation>Lizenz nicht angenommen</translation>
    </message>
    <message>
        <source>Licence accepted</source>
        <translation>Lizenz angenommen</translation>
    </message>
    <message>
        <source>Licence not accepted yet</source>
        <translation>Lizenz noch nicht angenommen</translation>
    </message>
    <message>
        <source>Every digest is right</source>
        <translation>Jede Prüfsumme stimmt</translation>
    </message>
    <message>
        <source>Altered</source>
        <translation>Verändert</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Fassung</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Resolution</source>
        <translation>Auflösung</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Teile</translation>
    </message>
    <message>
        <source>The pack {name} is imported. Read and accept its licence before the first run.</source>
        <translation>Das Paket {name} ist importiert. Lesen Sie seine Lizenz und nehmen Sie sie vor dem ersten Lauf an.</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>This pack has no model card.</source>
        <translation>Dieses Paket hat keine Modellkarte.</translation>
    </message>
</context>
<context>
    <name>ParameterForm</name>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>Weitere Einstellungen</translation>
    </message>
    <message>
        <source>More settings ({count} other than usual)</source>
        <translation>Weitere Einstellungen ({count} anders als üblich)</translation>
    </message>
    <message>
        <source>Fine settings</source>
        <translation>Feineinstellungen</translation>
    </message>
    <message>
        <source>In the record: {name}</source>
        <translation>In der Aufzeichnung: {name}</translation>
    </message>
</context>
<context>
    <name>PdfPane</name>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>of {count}</source>
        <translation>von {count}</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>Kleiner</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>Größer</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>As wide as the view</source>
        <translation>So breit wie die Ansicht</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find words in the report</source>
        <translation>Wörter im Bericht suchen</translation>
    </message>
    <message>
        <source>Words to find</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Previous place</source>
        <translation>Vorige Stelle</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>Nächste Stelle</translation>
    </message>
    <message>
        <source>Close the search</source>
        <translation>Suche schließen</translation>
    </message>
    <message>
        <source>{place} of {count}</source>
        <translation>{place} von {count}</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>searching…</source>
        <translation>wird gesucht…</translation>
    </message>
    <message>
        <source>Pages of the report</source>
        <translation>Seiten des Berichts</translation>
    </message>
</context>
<context>
    <name>PhotographChoice</name>
    <message>
        <source>Photographs of the subject</source>
        <translation>Fotos der Person</translation>
    </message>
    <message>
        <source>No photograph of a stated subject is here. State the subject under Exhibits.</source>
        <translation>Hier ist kein Foto einer angegebenen Person. Geben Sie die Person unter Asservate an.</translation>
    </message>
    <message>
        <source>{count} chosen; at least {fewest} are needed, {good} or more are better.</source>
        <translation>{count} gewählt; mindestens {fewest} sind nötig, {good} oder mehr sind besser.</translation>
    </message>
    <message>
        <source>{count} chosen; {most} are the most that are learned from.</source>
        <translation>{count} gewählt; gelernt wird aus höchstens {most}.</translation>
    </message>
    <message>
        <source>{count} chosen.</source>
        <translation>{count} gewählt.</translation>
    </message>
    <message>
        <source> {good} or more, of several ages, are better.</source>
        <translation> {good} oder mehr aus verschiedenen Altern sind besser.</translation>
    </message>
    <message>
        <source>{age:g} years</source>
        <translation>{age:g} Jahre</translation>
    </message>
    <message>
        <source>age is estimated</source>
        <translation>Alter wird geschätzt</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>Quick look (fewer steps)</source>
        <translation>Schneller Blick (weniger Schritte)</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Several variants with mean and spread</source>
        <translation>Mehrere Varianten mit Mittel und Streuung</translation>
    </message>
</context>
<context>
    <name>Quality</name>
    <message>
        <source>Distance between the eyes</source>
        <translation>Abstand der Augen</translation>
    </message>
    <message>
        <source>Head size</source>
        <translation>Größe des Kopfs</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <translation>Schärfe</translation>
    </message>
    <message>
        <source>Mean luminance</source>
        <translation>Mittlere Leuchtdichte</translation>
    </message>
    <message>
        <source>Variance of the luminance</source>
        <translation>Varianz der Leuchtdichte</translation>
    </message>
    <message>
        <source>Under-exposed</source>
        <translation>Unterbelichtet</translation>
    </message>
    <message>
        <source>Over-exposed</source>
        <translation>Überbelichtet</translation>
    </message>
    <message>
        <source>Dynamic range</source>
        <translation>Dynamikumfang</translation>
    </message>
    <message>
        <source>Even illumination</source>
        <translation>Gleichmäßige Beleuchtung</translation>
    </message>
    <message>
        <source>Yaw (rough)</source>
        <translation>Gieren (grob)</translation>
    </message>
    <message>
        <source>Pitch (rough)</source>
        <translation>Nicken (grob)</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>Rollen</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Derived images show one possible appearance. They identify nobody.</source>
        <translation>Abgeleitete Bilder zeigen ein mögliches Aussehen. Sie identifizieren niemanden.</translation>
    </message>
    <message>
        <source>The window closes when the runs are done.</source>
        <translation>Das Fenster schließt sich, wenn die Läufe fertig sind.</translation>
    </message>
    <message>
        <source>Stay open</source>
        <translation>Offen bleiben</translation>
    </message>
</context>
<context>
    <name>Replay</name>
    <message>
        <source>{run} was repeated: identical. Every file ({count}) has the recorded SHA-256 again.</source>
        <translation>{run} wurde wiederholt: identisch. Jede Datei ({count}) hat wieder den verzeichneten SHA-256.</translation>
    </message>
    <message>
        <source>{run} was repeated: within tolerance. The files ({count}) are not the same byte for byte, but every image is within the tolerance.</source>
        <translation>{run} wurde wiederholt: innerhalb der Toleranz. Die Dateien ({count}) sind nicht Byte für Byte gleich, aber jedes Bild liegt innerhalb der Toleranz.</translation>
    </message>
    <message>
        <source>{run} was repeated: different. The repetition did not make the recorded files ({count}).</source>
        <translation>{run} wurde wiederholt: verschieden. Die Wiederholung ergab nicht die verzeichneten Dateien ({count}).</translation>
    </message>
    <message>
        <source>The repetition made {count} more image(s) than recorded.</source>
        <translation>Die Wiederholung ergab {count} Bilder mehr als verzeichnet.</translation>
    </message>
    <message>
        <source>What differs between the two executions:</source>
        <translation>Was sich zwischen den beiden Ausführungen unterscheidet:</translation>
    </message>
    <message>
        <source>Programs, libraries and hardware are the same as when it was recorded.</source>
        <translation>Programme, Bibliotheken und Hardware sind dieselben wie bei der Aufzeichnung.</translation>
    </message>
    <message>
        <source>Within tolerance means: {tolerance}</source>
        <translation>Innerhalb der Toleranz heißt: {tolerance}</translation>
    </message>
    <message>
        <source>not completed ({message})</source>
        <translation>nicht abgeschlossen ({message})</translation>
    </message>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>within tolerance</source>
        <translation>innerhalb der Toleranz</translation>
    </message>
    <message>
        <source>different</source>
        <translation>verschieden</translation>
    </message>
    <message>
        <source>{name}: was not made again.</source>
        <translation>{name}: wurde nicht wieder erzeugt.</translation>
    </message>
    <message>
        <source>{name}: another file of another size or kind.</source>
        <translation>{name}: eine andere Datei von anderer Größe oder Art.</translation>
    </message>
    <message>
        <source>{name}: samples differ by up to {largest} of 255, by {mean:.3f} on average.</source>
        <translation>{name}: Werte weichen um bis zu {largest} von 255 ab, im Mittel um {mean:.3f}.</translation>
    </message>
</context>
<context>
    <name>ReplayPanel</name>
    <message>
        <source>Details of the repetition</source>
        <translation>Einzelheiten der Wiederholung</translation>
    </message>
    <message>
        <source>Progress of the repetition</source>
        <translation>Fortschritt der Wiederholung</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>{run} will be repeated.</source>
        <translation>{run} wird wiederholt.</translation>
    </message>
    <message>
        <source>Repeating {run}: {stage}</source>
        <translation>{run} wird wiederholt: {stage}</translation>
    </message>
    <message>
        <source> · about {time} left</source>
        <translation> · noch etwa {time}</translation>
    </message>
    <message>
        <source>Stopping the repetition of {run}…</source>
        <translation>Die Wiederholung von {run} wird angehalten…</translation>
    </message>
    <message>
        <source>The repetition of {run} was stopped. Nothing was compared.</source>
        <translation>Die Wiederholung von {run} wurde angehalten. Nichts wurde verglichen.</translation>
    </message>
    <message>
        <source>{run} could not be repeated: {message}</source>
        <translation>{run} konnte nicht wiederholt werden: {message}</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Lan&amp;guage</source>
        <translation>Sp&amp;rache</translation>
    </message>
    <message>
        <source>&amp;Form</source>
        <translation>For&amp;m</translation>
    </message>
    <message>
        <source>Full: everything that is recorded</source>
        <translation>Ausführlich: alles, was aufgezeichnet ist</translation>
    </message>
    <message>
        <source>Short: key results, limits, head of the log</source>
        <translation>Kurz: wichtigste Ergebnisse, Grenzen, Kopf der Beweiskette</translation>
    </message>
    <message>
        <source>Issue this report? It is signed into the log and kept for good.</source>
        <translation>Diesen Bericht ausstellen? Er wird im Protokoll signiert und bleibt für immer erhalten.</translation>
    </message>
    <message>
        <source>No laboratory is named.</source>
        <translation>Es ist kein Labor genannt.</translation>
    </message>
    <message>
        <source>Nobody is named who authorises it; a line to sign is printed.</source>
        <translation>Niemand ist genannt, der ihn freigibt; eine Zeile zum Unterschreiben wird gedruckt.</translation>
    </message>
    <message>
        <source>No purpose is stated.</source>
        <translation>Es ist kein Zweck angegeben.</translation>
    </message>
    <message>
        <source>Issue report</source>
        <translation>Bericht ausstellen</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Report on case {number}</source>
        <translation>Bericht zum Fall {number}</translation>
    </message>
    <message>
        <source>Issuing the report…</source>
        <translation>Der Bericht wird ausgestellt…</translation>
    </message>
    <message>
        <source>Rendering the preview…</source>
        <translation>Die Vorschau wird erstellt…</translation>
    </message>
    <message>
        <source>No earlier report</source>
        <translation>Kein früherer Bericht</translation>
    </message>
    <message>
        <source>Leave empty for a line to sign</source>
        <translation>Leer lassen für eine Unterschriftszeile</translation>
    </message>
    <message>
        <source>What changed and why, required</source>
        <translation>Was sich warum geändert hat, erforderlich</translation>
    </message>
    <message>
        <source>None, unless stated here</source>
        <translation>Keine, wenn hier nichts steht</translation>
    </message>
    <message>
        <source>Run or image</source>
        <translation>Lauf oder Bild</translation>
    </message>
    <message>
        <source>In the report</source>
        <translation>Im Bericht</translation>
    </message>
    <message>
        <source>Contents of the report</source>
        <translation>Inhalt des Berichts</translation>
    </message>
    <message>
        <source>&amp;Purpose</source>
        <translation>&amp;Zweck</translation>
    </message>
    <message>
        <source>&amp;Authorised by</source>
        <translation>&amp;Freigegeben von</translation>
    </message>
    <message>
        <source>&amp;Replaces</source>
        <translation>&amp;Ersetzt</translation>
    </message>
    <message>
        <source>R&amp;eason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>&amp;Deviations</source>
        <translation>&amp;Abweichungen</translation>
    </message>
    <message>
        <source>&amp;Laboratory</source>
        <translation>&amp;Labor</translation>
    </message>
    <message>
        <source>Addre&amp;ss</source>
        <translation>An&amp;schrift</translation>
    </message>
    <message>
        <source>&amp;Contact</source>
        <translation>&amp;Kontakt</translation>
    </message>
    <message>
        <source>Runs and images</source>
        <translation>Läufe und Bilder</translation>
    </message>
    <message>
        <source>Every run is listed. Accepted images are shown as results; rejected ones are listed with the reason. Decide under Derived images.</source>
        <translation>Jeder Lauf wird aufgeführt. Angenommene Bilder werden als Ergebnisse gezeigt; verworfene werden mit dem Grund aufgeführt. Entscheiden Sie unter Abgeleitete Bilder.</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>rejected: {reason}</source>
        <translation>verworfen: {reason}</translation>
    </message>
    <message>
        <source>{count} images are not decided yet; the report says so.</source>
        <translation>{count} Bilder sind noch nicht entschieden; der Bericht sagt das.</translation>
    </message>
    <message>
        <source>Rec&amp;ipient</source>
        <translation>Em&amp;pfänger</translation>
    </message>
</context>
<context>
    <name>ReportsView</name>
    <message>
        <source>Print…</source>
        <translation>Drucken…</translation>
    </message>
    <message>
        <source>There is no report to print yet.</source>
        <translation>Es gibt noch keinen Bericht zum Drucken.</translation>
    </message>
    <message>
        <source>Preparing the pages…</source>
        <translation>Die Seiten werden vorbereitet…</translation>
    </message>
    <message>
        <source>The printer did not take the report. Check it, then print again.</source>
        <translation>Der Drucker hat den Bericht nicht angenommen. Prüfen Sie ihn und drucken Sie noch einmal.</translation>
    </message>
    <message>
        <source>{number} went to the printer.</source>
        <translation>{number} ging an den Drucker.</translation>
    </message>
    <message>
        <source>Issued reports</source>
        <translation>Ausgestellte Berichte</translation>
    </message>
    <message>
        <source>Issue report…</source>
        <translation>Bericht ausstellen…</translation>
    </message>
    <message>
        <source>Save a copy…</source>
        <translation>Kopie speichern…</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Berichte</translation>
    </message>
    <message>
        <source>Set up the first report…</source>
        <translation>Den ersten Bericht vorbereiten…</translation>
    </message>
    <message>
        <source>No report was issued yet</source>
        <translation>Noch kein Bericht wurde ausgestellt</translation>
    </message>
    <message>
        <source>A report prints the case, every run, accepted results and the head of the custody log.</source>
        <translation>Ein Bericht druckt den Fall, jeden Lauf, angenommene Ergebnisse und den Kopf der Beweiskette.</translation>
    </message>
    <message>
        <source>replaces {number}: {reason}</source>
        <translation>ersetzt {number}: {reason}</translation>
    </message>
    <message>
        <source>superseded, kept</source>
        <translation>ersetzt, aufbewahrt</translation>
    </message>
    <message>
        <source>{size}, issued {time} by {examiner}</source>
        <translation>{size}, ausgestellt {time} von {examiner}</translation>
    </message>
    <message>
        <source>{number} is issued and kept in the casebook. Its SHA-256 is in the custody log.</source>
        <translation>{number} ist ausgestellt und liegt im Fallbuch. Seine SHA-256 steht in der Beweiskette.</translation>
    </message>
    <message>
        <source>Save a copy of the report</source>
        <translation>Kopie des Berichts speichern</translation>
    </message>
    <message>
        <source>Saved as {path}.</source>
        <translation>Gespeichert als {path}.</translation>
    </message>
</context>
<context>
    <name>RunsModel</name>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Exhibit</source>
        <translation>Asservat</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Target ages</source>
        <translation>Zielalter</translation>
    </message>
    <message>
        <source>Model pack</source>
        <translation>Modellpaket</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten…</translation>
    </message>
    <message>
        <source> · about {time} left</source>
        <translation> · noch etwa {time}</translation>
    </message>
    <message>
        <source>waits since {time}</source>
        <translation>wartet seit {time}</translation>
    </message>
    <message>
        <source>{run} is made of {image}, an image of {maker}.</source>
        <translation>{run} ist aus {image} gemacht, einem Bild von {maker}.</translation>
    </message>
</context>
<context>
    <name>RunsView</name>
    <message>
        <source>New run…</source>
        <translation>Neuer Lauf…</translation>
    </message>
    <message>
        <source>Show images</source>
        <translation>Bilder zeigen</translation>
    </message>
    <message>
        <source>Repeat and compare</source>
        <translation>Wiederholen und vergleichen</translation>
    </message>
    <message>
        <source>Execute the run again from its record and compare the files. The record stays as it is.</source>
        <translation>Den Lauf aus seiner Aufzeichnung noch einmal ausführen und die Dateien vergleichen. Die Aufzeichnung bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Cancel run…</source>
        <translation>Lauf abbrechen…</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Set up a run…</source>
        <translation>Lauf vorbereiten…</translation>
    </message>
    <message>
        <source>No runs yet</source>
        <translation>Noch keine Läufe</translation>
    </message>
    <message>
        <source>A run makes derived images from an exhibit. It is recorded whatever its end.</source>
        <translation>Ein Lauf macht abgeleitete Bilder aus einem Asservat. Er wird festgehalten, wie immer er endet.</translation>
    </message>
    <message>
        <source>{run} is completed.</source>
        <translation>{run} ist abgeschlossen.</translation>
    </message>
    <message>
        <source>{run} failed: {message} {advice}</source>
        <translation>{run} ist fehlgeschlagen: {message} {advice}</translation>
    </message>
    <message>
        <source>{run} was cancelled.</source>
        <translation>{run} wurde abgebrochen.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>Adapter</translation>
    </message>
    <message>
        <source>Model pack</source>
        <translation>Modellpaket</translation>
    </message>
    <message>
        <source>Analyser</source>
        <translation>Analyseprogramm</translation>
    </message>
    <message>
        <source>{name}, face {number}</source>
        <translation>{name}, Gesicht {number}</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Time by stage</source>
        <translation>Zeit je Abschnitt</translation>
    </message>
    <message>
        <source>Queued by</source>
        <translation>Eingereiht von</translation>
    </message>
    <message>
        <source>Started, ended</source>
        <translation>Begonnen, beendet</translation>
    </message>
    <message>
        <source>Repeated</source>
        <translation>Wiederholt</translation>
    </message>
    <message>
        <source>{name}; choose it in a new ageing run on a photograph of this subject</source>
        <translation>{name}; wählen Sie ihn in einem neuen Alterungslauf mit einem Foto dieser Person</translation>
    </message>
    <message>
        <source>Cancel run {run}</source>
        <translation>Lauf {run} abbrechen</translation>
    </message>
    <message>
        <source>The cancel is recorded. Reason (may stay empty):</source>
        <translation>Der Abbruch wird festgehalten. Grund (darf leer bleiben):</translation>
    </message>
    <message>
        <source>Cancel the run</source>
        <translation>Den Lauf abbrechen</translation>
    </message>
    <message>
        <source>Let it go on</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>The queue is paused: the run waits until you go on, on the page of the queue.</source>
        <translation>Die Warteliste ist angehalten: Der Lauf wartet, bis Sie auf der Seite der Warteliste fortsetzen.</translation>
    </message>
    <message>
        <source>Compare the images of the selected runs</source>
        <translation>Bilder der gewählten Läufe vergleichen</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Find, find next, go to a page (pages of a report)</source>
        <translation>Suchen, weitersuchen, zu einer Seite gehen (Seiten eines Berichts)</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Next field or button</source>
        <translation>Nächstes Feld oder nächste Taste</translation>
    </message>
    <message>
        <source>Open what is selected</source>
        <translation>Ausgewähltes öffnen</translation>
    </message>
    <message>
        <source>Zoom in, zoom out, fit (pictures)</source>
        <translation>Vergrößern, verkleinern, einpassen (Bilder)</translation>
    </message>
    <message>
        <source>Previous or next derived image (comparison)</source>
        <translation>Voriges oder nächstes abgeleitetes Bild (Vergleich)</translation>
    </message>
    <message>
        <source>Accept or reject the shown image (comparison)</source>
        <translation>Gezeigtes Bild annehmen oder verwerfen (Vergleich)</translation>
    </message>
    <message>
        <source>Choose a picture of several that are compared (Compare)</source>
        <translation>Eines von mehreren Bildern wählen, die verglichen werden (Vergleich)</translation>
    </message>
    <message>
        <source>Align on the eyes, show pixel for pixel (Compare)</source>
        <translation>An den Augen ausrichten, Pixel für Pixel zeigen (Vergleich)</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Stop the blink or go on (Compare)</source>
        <translation>Wechsel anhalten oder fortsetzen (Vergleich)</translation>
    </message>
    <message>
        <source>Place a note, an arrow or a line, list the notes (Compare)</source>
        <translation>Notiz, Pfeil oder Strecke setzen, Notizen auflisten (Vergleich)</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>First and last name</source>
        <translation>Vor- und Nachname</translation>
    </message>
    <message>
        <source>Examiner</source>
        <translation>Untersucher</translation>
    </message>
    <message>
        <source>Create a casebook…</source>
        <translation>Fallbuch anlegen…</translation>
    </message>
    <message>
        <source>Open a casebook…</source>
        <translation>Fallbuch öffnen…</translation>
    </message>
    <message>
        <source>Open the demonstration case</source>
        <translation>Beispielfall öffnen</translation>
    </message>
    <message>
        <source>Recent casebooks</source>
        <translation>Letzte Fallbücher</translation>
    </message>
    <message>
        <source>Progress of the demonstration</source>
        <translation>Fortschritt des Beispiels</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Who works here?</source>
        <translation>Wer arbeitet hier?</translation>
    </message>
    <message>
        <source>&amp;Examiner</source>
        <translation>&amp;Untersucher</translation>
    </message>
    <message>
        <source>The name is written into every entry of the custody log.</source>
        <translation>Der Name steht in jedem Eintrag der Beweiskette.</translation>
    </message>
    <message>
        <source>Casebook</source>
        <translation>Fallbuch</translation>
    </message>
    <message>
        <source>A casebook is one folder that holds cases, photographs as received, every result and the custody log. Nothing leaves this computer.</source>
        <translation>Ein Fallbuch ist ein Ordner mit Fällen, den Fotos wie empfangen, jedem Ergebnis und der Beweiskette. Nichts verlässt diesen Rechner.</translation>
    </message>
    <message>
        <source>New here?</source>
        <translation>Neu hier?</translation>
    </message>
    <message>
        <source>Forensic App</source>
        <translation>Forensic App</translation>
    </message>
    <message>
        <source>Age progression and de-ageing with a verifiable custody record</source>
        <translation>Altersdarstellung und Verjüngung mit prüfbarer Beweiskette</translation>
    </message>
    <message>
        <source>Enter the examiner's name first.</source>
        <translation>Geben Sie zuerst den Namen des Untersuchers ein.</translation>
    </message>
    <message>
        <source>Folder of the new casebook</source>
        <translation>Ordner des neuen Fallbuchs</translation>
    </message>
    <message>
        <source>casebook</source>
        <translation>fallbuch</translation>
    </message>
    <message>
        <source>Folder of the casebook</source>
        <translation>Ordner des Fallbuchs</translation>
    </message>
    <message>
        <source>The demonstration receives a public portrait, makes six derived images and two sketches with the bundled model packs, issues a report and verifies the casebook.</source>
        <translation>Das Beispiel empfängt ein öffentliches Porträt, macht sechs abgeleitete Bilder und zwei Skizzen mit den mitgelieferten Modellpaketen, stellt einen Bericht aus und prüft das Fallbuch.</translation>
    </message>
    <message>
        <source>The model packs that come with the program may be evaluated and trained only: use no picture made with them in a case. Import a pack whose licence allows casework.</source>
        <translation>Die Modellpakete, die mit dem Programm kommen, dürfen nur erprobt und trainiert werden: Kein damit erzeugtes Bild darf in einem Fall verwendet werden. Importieren Sie ein Paket, dessen Lizenz Fallarbeit erlaubt.</translation>
    </message>
</context>
<context>
    <name>StatusDialog</name>
    <message>
        <source>Close case {number}</source>
        <translation>Fall {number} schließen</translation>
    </message>
    <message>
        <source>Reopen case {number}</source>
        <translation>Fall {number} wieder öffnen</translation>
    </message>
    <message>
        <source>Close case</source>
        <translation>Fall schließen</translation>
    </message>
    <message>
        <source>Reopen case</source>
        <translation>Fall wieder öffnen</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>A closed case takes no photographs, runs or subjects until it is reopened.</source>
        <translation>Ein geschlossener Fall nimmt keine Fotos, Läufe oder Personen auf, bis er wieder geöffnet wird.</translation>
    </message>
    <message>
        <source>Work on the case can go on afterwards.</source>
        <translation>Danach kann am Fall weitergearbeitet werden.</translation>
    </message>
</context>
<context>
    <name>SubjectDialog</name>
    <message>
        <source>Add subject</source>
        <translation>Person hinzufügen</translation>
    </message>
    <message>
        <source>Edit subject</source>
        <translation>Person bearbeiten</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM or YYYY-MM-DD</source>
        <translation>JJJJ, JJJJ-MM oder JJJJ-MM-TT</translation>
    </message>
    <message>
        <source>Separated by commas</source>
        <translation>Durch Kommas getrennt</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>A&amp;liases</source>
        <translation>&amp;Weitere Namen</translation>
    </message>
    <message>
        <source>Se&amp;x</source>
        <translation>Gesch&amp;lecht</translation>
    </message>
    <message>
        <source>Date of &amp;birth</source>
        <translation>&amp;Geburtsdatum</translation>
    </message>
    <message>
        <source>Last seen &amp;on</source>
        <translation>Zuletzt gesehen a&amp;m</translation>
    </message>
    <message>
        <source>Last seen &amp;at</source>
        <translation>Zuletzt gesehen &amp;in</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>Kept in the custody log with the former statements</source>
        <translation>Bleibt mit den früheren Angaben in der Beweiskette</translation>
    </message>
    <message>
        <source>YYYY, YYYY-MM, YYYY-MM-DD or DD.MM.YYYY</source>
        <translation>JJJJ, JJJJ-MM, JJJJ-MM-TT oder TT.MM.JJJJ</translation>
    </message>
</context>
<context>
    <name>VerificationPanel</name>
    <message>
        <source>Verification is under way</source>
        <translation>Die Prüfung läuft</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>The database is read…</source>
        <translation>Die Datenbank wird gelesen…</translation>
    </message>
    <message>
        <source>{done} of {all} events</source>
        <translation>{done} von {all} Ereignissen</translation>
    </message>
    <message>
        <source>{done} of {all} tables of records</source>
        <translation>{done} von {all} Tabellen mit Einträgen</translation>
    </message>
    <message>
        <source>{done} of {all} signatures</source>
        <translation>{done} von {all} Signaturen</translation>
    </message>
    <message>
        <source>{done} of {all} files</source>
        <translation>{done} von {all} Dateien</translation>
    </message>
    <message>
        <source>The verification was stopped: it says nothing yet.</source>
        <translation>Die Prüfung wurde angehalten: Sie sagt noch nichts aus.</translation>
    </message>
    <message>
        <source>{files} files, {events} events and {checkpoints} signed checkpoints were checked in {seconds:.1f} s.</source>
        <translation>{files} Dateien, {events} Ereignisse und {checkpoints} signierte Prüfpunkte wurden in {seconds:.1f} s geprüft.</translation>
    </message>
    <message>
        <source>Everything verifies: nothing was found wrong. {checked}</source>
        <translation>Alles stimmt: Es wurde nichts Falsches gefunden. {checked}</translation>
    </message>
    <message>
        <source>The casebook does not verify. Stop working with it and secure a copy.
{findings}
{checked}</source>
        <translation>Das Fallbuch stimmt nicht. Arbeiten Sie nicht weiter damit und sichern Sie eine Kopie.
{findings}
{checked}</translation>
    </message>
</context>
<context>
    <name>Wording</name>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>Media production</source>
        <translation>Medienproduktion</translation>
    </message>
    <message>
        <source>To be shown in a medium</source>
        <translation>Zum Zeigen in einem Medium</translation>
    </message>
    <message>
        <source>For the face of a relative</source>
        <translation>Für das Gesicht eines Angehörigen</translation>
    </message>
    <message>
        <source>A report prints these characters as code points: {characters}. The program has no glyph for them, or they are invisible.</source>
        <translation>Ein Bericht druckt diese Zeichen als Codepunkte: {characters}. Das Programm hat kein Schriftzeichen für sie, oder sie sind unsichtbar.</translation>
    </message>
    <message>
        <source>Missing person</source>
        <translation>Vermisste Person</translation>
    </message>
    <message>
        <source>Cold case</source>
        <translation>Altfall</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Geschlossen</translation>
    </message>
    <message>
        <source>Female</source>
        <translation>Weiblich</translation>
    </message>
    <message>
        <source>Male</source>
        <translation>Männlich</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Andere</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>Nicht bekannt</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>Eingereiht</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Mother</source>
        <translation>Mutter</translation>
    </message>
    <message>
        <source>Father</source>
        <translation>Vater</translation>
    </message>
    <message>
        <source>Sister</source>
        <translation>Schwester</translation>
    </message>
    <message>
        <source>Brother</source>
        <translation>Bruder</translation>
    </message>
    <message>
        <source>Daughter</source>
        <translation>Tochter</translation>
    </message>
    <message>
        <source>Son</source>
        <translation>Sohn</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Parts of the case</source>
        <translation>Teile des Falls</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Exhibits</source>
        <translation>Asservate</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Derived images</source>
        <translation>Abgeleitete Bilder</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Berichte</translation>
    </message>
    <message>
        <source>Custody</source>
        <translation>Beweiskette</translation>
    </message>
    <message>
        <source>Back to the cases</source>
        <translation>Zurück zu den Fällen</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Close case…</source>
        <translation>Fall schließen…</translation>
    </message>
    <message>
        <source>Reopen case…</source>
        <translation>Fall wieder öffnen…</translation>
    </message>
</context>
<context>
    <name>WorkstationView</name>
    <message>
        <source>Examine this computer</source>
        <translation>Diesen Rechner untersuchen</translation>
    </message>
    <message>
        <source>The examination is under way</source>
        <translation>Die Untersuchung läuft</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Gefunden</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Was zu tun ist</translation>
    </message>
    <message>
        <source>Checks of this computer</source>
        <translation>Prüfungen dieses Rechners</translation>
    </message>
    <message>
        <source>Is this computer fit?</source>
        <translation>Ist dieser Rechner geeignet?</translation>
    </message>
    <message>
        <source>Workstation</source>
        <translation>Arbeitsplatz</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <source>look at it</source>
        <translation>ansehen</translation>
    </message>
    <message>
        <source>not fit</source>
        <translation>nicht geeignet</translation>
    </message>
    <message>
        <source>To be put right before the main work can be done: {names}.</source>
        <translation>Vor der Hauptarbeit in Ordnung zu bringen: {names}.</translation>
    </message>
    <message>
        <source>This computer is fit for the work.</source>
        <translation>Dieser Rechner ist für die Arbeit geeignet.</translation>
    </message>
    <message>
        <source>Open another…</source>
        <translation>Anderes öffnen…</translation>
    </message>
    <message>
        <source>New…</source>
        <translation>Neu…</translation>
    </message>
    <message>
        <source>none is open</source>
        <translation>keines ist geöffnet</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Casebook</source>
        <translation>Fallbuch</translation>
    </message>
</context>
<context>
    <name>FaceBoxes</name>
    <message>
        <source>Face {number}</source>
        <translation>Gesicht {number}</translation>
    </message>
    <message>
        <source> · chosen</source>
        <translation> · gewählt</translation>
    </message>
</context>
<context>
    <name>FaceChoice</name>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Derived image</source>
        <translation>Abgeleitetes Bild</translation>
    </message>
    <message>
        <source>The picture that is worked on</source>
        <translation>Das Bild, mit dem gearbeitet wird</translation>
    </message>
    <message>
        <source>Face, 1 is the largest</source>
        <translation>Gesicht, 1 ist das größte</translation>
    </message>
    <message>
        <source>1 is the largest face, then in order of size.</source>
        <translation>1 ist das größte Gesicht, dann nach Größe.</translation>
    </message>
    <message>
        <source>Face analyser</source>
        <translation>Gesichtsanalyse</translation>
    </message>
    <message>
        <source>&amp;Face</source>
        <translation>&amp;Gesicht</translation>
    </message>
    <message>
        <source>Face &amp;analyser</source>
        <translation>Gesichts&amp;analyse</translation>
    </message>
    <message>
        <source>Looking for faces…</source>
        <translation>Gesichter werden gesucht…</translation>
    </message>
    <message>
        <source>No face was found in this photograph: a run would stop with that reason.</source>
        <translation>In diesem Foto wurde kein Gesicht gefunden: Ein Lauf würde mit diesem Grund enden.</translation>
    </message>
    <message>
        <source>This photograph shows {count} faces: choose 1 to {count}.</source>
        <translation>Dieses Foto zeigt {count} Gesichter: Wählen Sie 1 bis {count}.</translation>
    </message>
    <message>
        <source>This picture cannot be shown.</source>
        <translation>Dieses Bild kann nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>Face {number} of {count}; click another one to choose it.</source>
        <translation>Gesicht {number} von {count}; klicken Sie ein anderes an, um es zu wählen.</translation>
    </message>
</context>
<context>
    <name>CasebookOpening</name>
    <message>
        <source>The last verification found {count} things wrong that nobody decided about.</source>
        <translation>Die letzte Prüfung fand {count} Fehler, über die niemand entschieden hat.</translation>
    </message>
    <message>
        <source>Check again to see them.</source>
        <translation>Prüfen Sie erneut, um sie zu sehen.</translation>
    </message>
</context>
<context>
    <name>DisputeBar</name>
    <message>
        <source>Check again</source>
        <translation>Erneut prüfen</translation>
    </message>
    <message>
        <source>What to do…</source>
        <translation>Was zu tun ist…</translation>
    </message>
    <message>
        <source>Go on all the same…</source>
        <translation>Trotzdem weiterarbeiten…</translation>
    </message>
    <message>
        <source>Nothing can be written to this casebook from this workstation.</source>
        <translation>Von diesem Arbeitsplatz kann in dieses Fallbuch nichts geschrieben werden.</translation>
    </message>
    <message>
        <source>This casebook does not verify. Nothing can be written to it.</source>
        <translation>Dieses Fallbuch hält der Prüfung nicht stand. Es kann nichts hineingeschrieben werden.</translation>
    </message>
    <message>
        <source>What to do about a casebook that does not verify</source>
        <translation>Was zu tun ist, wenn ein Fallbuch der Prüfung nicht standhält</translation>
    </message>
    <message>
        <source>1. Stop working with it. What is there can still be read, and reports of it can be previewed.</source>
        <translation>1. Arbeiten Sie nicht weiter damit. Was da ist, kann noch gelesen werden, und Berichte lassen sich als Vorschau ansehen.</translation>
    </message>
    <message>
        <source>2. Secure a copy of the folder as it is, and of the newest backup that verifies.</source>
        <translation>2. Sichern Sie eine Kopie des Ordners, wie er ist, und der neuesten Sicherung, die der Prüfung standhält.</translation>
    </message>
    <message>
        <source>3. Find out what happened: who had access, a failing disk, a program that tidied up.</source>
        <translation>3. Klären Sie, was geschehen ist: wer Zugang hatte, ob der Datenträger versagt, ob ein Programm aufgeräumt hat.</translation>
    </message>
    <message>
        <source>4. Restore what is missing or altered from a backup, then press Check again.</source>
        <translation>4. Stellen Sie Fehlendes und Verändertes aus einer Sicherung wieder her und prüfen Sie dann erneut.</translation>
    </message>
    <message>
        <source>5. Where that cannot be done an administrator decides to go on, with a reason that is recorded.</source>
        <translation>5. Wo das nicht möglich ist, entscheidet ein Verwalter mit einer Begründung, die festgehalten wird, dass weitergearbeitet wird.</translation>
    </message>
    <message>
        <source>The decision is made on the command line: {command}</source>
        <translation>Die Entscheidung wird auf der Kommandozeile getroffen: {command}</translation>
    </message>
    <message>
        <source>Go on all the same</source>
        <translation>Trotzdem weiterarbeiten</translation>
    </message>
    <message>
        <source>Why work goes on in this casebook as it is. Reason and findings are recorded:</source>
        <translation>Warum in diesem Fallbuch weitergearbeitet wird, wie es ist. Begründung und Befunde werden festgehalten:</translation>
    </message>
    <message>
        <source>Record and go on</source>
        <translation>Festhalten und weiterarbeiten</translation>
    </message>
    <message>
        <source>and {count} more: see What to do</source>
        <translation>und {count} weitere: siehe Was zu tun ist</translation>
    </message>
</context>
<context>
    <name>Disputes</name>
    <message>
        <source>The casebook is being checked…</source>
        <translation>Das Fallbuch wird geprüft…</translation>
    </message>
</context>
<context>
    <name>About</name>
    <message>
        <source>Forensic App {version}</source>
        <translation>Forensic App {version}</translation>
    </message>
    <message>
        <source>Age progression and de-ageing with a verifiable custody record. Derived images show one possible appearance; they are no photograph and identify nobody.</source>
        <translation>Altersdarstellung und Verjüngung mit prüfbarer Beweiskette. Abgeleitete Bilder zeigen ein mögliches Aussehen; sie sind keine Fotos und identifizieren niemanden.</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>Closing cancels it; that is recorded.</source>
        <translation>Das Schließen bricht ihn ab; das wird festgehalten.</translation>
    </message>
    <message>
        <source>Cancel the run and close</source>
        <translation>Lauf abbrechen und schließen</translation>
    </message>
</context>
<context>
    <name>Notifier</name>
    <message>
        <source>{run} is completed.</source>
        <translation>{run} ist abgeschlossen.</translation>
    </message>
    <message>
        <source>{run} failed.</source>
        <translation>{run} ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>{run} was cancelled.</source>
        <translation>{run} wurde abgebrochen.</translation>
    </message>
    <message>
        <source>{run} was repeated.</source>
        <translation>{run} wurde wiederholt.</translation>
    </message>
    <message>
        <source>{count} completed</source>
        <translation>{count} abgeschlossen</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{count} cancelled</source>
        <translation>{count} abgebrochen</translation>
    </message>
    <message>
        <source>{count} repeated</source>
        <translation>{count} wiederholt</translation>
    </message>
    <message>
        <source>{count} runs have ended: {parts}.</source>
        <translation>{count} Läufe sind zu Ende: {parts}.</translation>
    </message>
</context>
<context>
    <name>RunMonitor</name>
    <message>
        <source>Starting the worker</source>
        <translation>Der Arbeitsprozess startet</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
</context>
<context>
    <name>RunStrip</name>
    <message>
        <source>Progress of the run</source>
        <translation>Fortschritt des Laufs</translation>
    </message>
    <message>
        <source>{count} waiting</source>
        <translation>{count} warten</translation>
    </message>
    <message>
        <source>{run}, repeated</source>
        <translation>{run}, wiederholt</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>ScoresTable</name>
    <message>
        <source>Scores with the subject's other photographs, the best first</source>
        <translation>Werte mit den anderen Fotos der Person, der beste zuerst</translation>
    </message>
    <message>
        <source>Other photograph</source>
        <translation>Anderes Foto</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>Hier</translation>
    </message>
    <message>
        <source>Untouched</source>
        <translation>Unverändert</translation>
    </message>
</context>
<context>
    <name>ExhibitsList</name>
    <message>
        <source>Exhibits</source>
        <translation>Asservate</translation>
    </message>
</context>
<context>
    <name>ExhibitsPane</name>
    <message>
        <source>Filter: number, name, file, source</source>
        <translation>Filter: Nummer, Name, Datei, Quelle</translation>
    </message>
    <message>
        <source>Filter the exhibits</source>
        <translation>Asservate filtern</translation>
    </message>
    <message>
        <source>Order of the exhibits</source>
        <translation>Reihenfolge der Asservate</translation>
    </message>
    <message>
        <source>By number</source>
        <translation>Nach Nummer</translation>
    </message>
    <message>
        <source>By number, newest first</source>
        <translation>Nach Nummer, neueste zuerst</translation>
    </message>
    <message>
        <source>By subject</source>
        <translation>Nach Person</translation>
    </message>
    <message>
        <source>By age in the photograph</source>
        <translation>Nach Alter im Foto</translation>
    </message>
    <message>
        <source>By receipt, newest first</source>
        <translation>Nach Eingang, neueste zuerst</translation>
    </message>
    <message>
        <source>Size of the thumbnails</source>
        <translation>Größe der Vorschaubilder</translation>
    </message>
    <message>
        <source>{count} more do not match the filter.</source>
        <translation>{count} weitere passen nicht zum Filter.</translation>
    </message>
</context>
<context>
    <name>DueBar</name>
    <message>
        <source>Set up new images…</source>
        <translation>Neue Bilder einrichten…</translation>
    </message>
    <message>
        <source>{number}: new images are due since {day}. People change: images go stale two years after the newest run for people under 18 or of unknown age, five years after it for adults.</source>
        <translation>{number}: Neue Bilder sind seit {day} fällig. Menschen verändern sich: Bilder veralten zwei Jahre nach dem neuesten Lauf bei Personen unter 18 oder unbekannten Alters, fünf Jahre danach bei Erwachsenen.</translation>
    </message>
</context>
<context>
    <name>Pictures</name>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Derived image</source>
        <translation>Abgeleitetes Bild</translation>
    </message>
    <message>
        <source>Original and derived image, wiped</source>
        <translation>Original und abgeleitetes Bild, überblendet</translation>
    </message>
    <message>
        <source>Wipe from the original to the derived image</source>
        <translation>Vom Original zum abgeleiteten Bild wischen</translation>
    </message>
    <message>
        <source>Derived image · one possible appearance</source>
        <translation>Abgeleitetes Bild · ein mögliches Aussehen</translation>
    </message>
    <message>
        <source>The original cannot be shown.</source>
        <translation>Das Original kann nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>Its file is missing or altered.</source>
        <translation>Die Datei fehlt oder wurde verändert.</translation>
    </message>
</context>
<context>
    <name>ImageExport</name>
    <message>
        <source>Export this image…</source>
        <translation>Dieses Bild ausgeben…</translation>
    </message>
    <message>
        <source>Copy this image</source>
        <translation>Dieses Bild kopieren</translation>
    </message>
    <message>
        <source>Print this image…</source>
        <translation>Dieses Bild drucken…</translation>
    </message>
    <message>
        <source>Contact sheet of the run…</source>
        <translation>Kontaktbogen des Laufs…</translation>
    </message>
    <message>
        <source>Contact sheet of the subject…</source>
        <translation>Kontaktbogen der Person…</translation>
    </message>
    <message>
        <source>What is handed out is recorded; this casebook is open for reading only.</source>
        <translation>Was ausgegeben wird, wird festgehalten; dieses Fallbuch ist nur zum Lesen geöffnet.</translation>
    </message>
    <message>
        <source>Export the image</source>
        <translation>Bild ausgeben</translation>
    </message>
    <message>
        <source>{name} was written to {file}; that is recorded.</source>
        <translation>{name} wurde nach {file} geschrieben; das ist festgehalten.</translation>
    </message>
    <message>
        <source>{name} was copied; that is recorded.</source>
        <translation>{name} wurde kopiert; das ist festgehalten.</translation>
    </message>
    <message>
        <source>{name} went to the printer; that is recorded.</source>
        <translation>{name} ging an den Drucker; das ist festgehalten.</translation>
    </message>
    <message>
        <source>The printer did not take the image. It is on record as printed.</source>
        <translation>Der Drucker nahm das Bild nicht an. Festgehalten ist es als gedruckt.</translation>
    </message>
    <message>
        <source>{name} was dropped outside; that is recorded.</source>
        <translation>{name} wurde nach außen gezogen; das ist festgehalten.</translation>
    </message>
    <message>
        <source>Write a contact sheet</source>
        <translation>Kontaktbogen schreiben</translation>
    </message>
    <message>
        <source>PNG picture (*.png);;JPEG picture (*.jpg)</source>
        <translation>PNG-Bild (*.png);;JPEG-Bild (*.jpg)</translation>
    </message>
    <message>
        <source>Public appeal…</source>
        <translation>Öffentlicher Aufruf…</translation>
    </message>
    <message>
        <source>{file} was written, and the text for the press beside it; that is recorded.</source>
        <translation>{file} wurde geschrieben, und der Pressetext daneben; das ist aufgezeichnet.</translation>
    </message>
    <message>
        <source>It is a draft: nobody approved it.</source>
        <translation>Es ist ein Entwurf: Niemand hat ihn freigegeben.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Ausgeben</translation>
    </message>
    <message>
        <source>Export, copy, print, contact sheet</source>
        <translation>Exportieren, kopieren, drucken, Kontaktbogen</translation>
    </message>
</context>
<context>
    <name>ImageSide</name>
    <message>
        <source>One possible appearance. Not a photograph; it identifies nobody.</source>
        <translation>Ein mögliches Aussehen. Kein Foto; es identifiziert niemanden.</translation>
    </message>
    <message>
        <source>What was measured</source>
        <translation>Was gemessen wurde</translation>
    </message>
    <message>
        <source>Derived</source>
        <translation>Abgeleitet</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Spread</source>
        <translation>Streuung</translation>
    </message>
    <message>
        <source>Nothing was measured.</source>
        <translation>Nichts wurde gemessen.</translation>
    </message>
</context>
<context>
    <name>PackChoice</name>
    <message>
        <source>Model pack</source>
        <translation>Modellpaket</translation>
    </message>
    <message>
        <source>Read the &amp;licence…</source>
        <translation>&amp;Lizenz lesen…</translation>
    </message>
    <message>
        <source>No pack of this engine here</source>
        <translation>Kein Paket für dieses Verfahren</translation>
    </message>
    <message>
        <source>Licence accepted</source>
        <translation>Lizenz angenommen</translation>
    </message>
    <message>
        <source>Licence not accepted yet</source>
        <translation>Lizenz noch nicht angenommen</translation>
    </message>
</context>
<context>
    <name>PresetChoice</name>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Save as preset…</source>
        <translation>Als Voreinstellung speichern…</translation>
    </message>
    <message>
        <source>As last time</source>
        <translation>Wie beim letzten Mal</translation>
    </message>
    <message>
        <source>Save as preset</source>
        <translation>Als Voreinstellung speichern</translation>
    </message>
    <message>
        <source>Name of the preset:</source>
        <translation>Name der Voreinstellung:</translation>
    </message>
</context>
<context>
    <name>CandidateDetails</name>
    <message>
        <source>What is made of the candidate</source>
        <translation>Was von dem Kandidaten gehalten wird</translation>
    </message>
    <message>
        <source>Reason of the decision</source>
        <translation>Grund der Entscheidung</translation>
    </message>
    <message>
        <source>Features of the face agree; to be followed up</source>
        <translation>Merkmale des Gesichts stimmen überein; weiter zu verfolgen</translation>
    </message>
    <message>
        <source>Features of the face differ</source>
        <translation>Merkmale des Gesichts weichen ab</translation>
    </message>
    <message>
        <source>Age or dates do not fit</source>
        <translation>Alter oder Daten passen nicht</translation>
    </message>
    <message>
        <source>Photograph too poor to judge</source>
        <translation>Foto zu schlecht für ein Urteil</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Festhalten</translation>
    </message>
    <message>
        <source>Record the decision in the custody log; it is never taken back</source>
        <translation>Die Entscheidung in der Beweiskette festhalten; sie wird nie zurückgenommen</translation>
    </message>
    <message>
        <source>nobody stated</source>
        <translation>niemand genannt</translation>
    </message>
    <message>
        <source>Above the threshold</source>
        <translation>Über der Schwelle</translation>
    </message>
    <message>
        <source>Below the threshold</source>
        <translation>Unter der Schwelle</translation>
    </message>
    <message>
        <source>Derived template</source>
        <translation>Abgeleitetes Template</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Probe: {name}, a derived image</source>
        <translation>Suchbild: {name}, ein abgeleitetes Bild</translation>
    </message>
    <message>
        <source>Probe: {name}</source>
        <translation>Suchbild: {name}</translation>
    </message>
    <message>
        <source>The photograph that the derived face was made of</source>
        <translation>Das Foto, aus dem das abgeleitete Gesicht entstand</translation>
    </message>
    <message>
        <source>Candidate</source>
        <translation>Kandidat</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>Template</translation>
    </message>
    <message>
        <source>Give the reason first: it is recorded with the decision.</source>
        <translation>Nennen Sie zuerst den Grund: Er wird mit der Entscheidung festgehalten.</translation>
    </message>
    <message>
        <source>Not decided</source>
        <translation>Nicht entschieden</translation>
    </message>
    <message>
        <source>Not in the casebook</source>
        <translation>Nicht im Fallbuch</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
</context>
<context>
    <name>CandidateList</name>
    <message>
        <source>Candidates</source>
        <translation>Kandidaten</translation>
    </message>
    <message>
        <source>nobody stated</source>
        <translation>niemand genannt</translation>
    </message>
</context>
<context>
    <name>EnrolDialog</name>
    <message>
        <source>Add photographs to {gallery}</source>
        <translation>Fotos zu {gallery} hinzufügen</translation>
    </message>
    <message>
        <source>Folder or list</source>
        <translation>Ordner oder Liste</translation>
    </message>
    <message>
        <source>A folder, or a CSV file</source>
        <translation>Ein Ordner oder eine CSV-Datei</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>From whom or where, where no list says so</source>
        <translation>Von wem oder woher, wo keine Liste es sagt</translation>
    </message>
    <message>
        <source>Of a photograph with several &amp;faces enrol the largest</source>
        <translation>Von einem Foto mit mehreren &amp;Gesichtern das größte aufnehmen</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Photographs that were not simply enrolled</source>
        <translation>Fotos, die nicht einfach aufgenommen wurden</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Name a folder or a list first.</source>
        <translation>Nennen Sie zuerst einen Ordner oder eine Liste.</translation>
    </message>
    <message>
        <source>{done} of {all} photographs</source>
        <translation>{done} von {all} Fotos</translation>
    </message>
    <message>
        <source>Loading the matcher</source>
        <translation>Der Vergleicher wird geladen</translation>
    </message>
    <message>
        <source>{count} enrolled</source>
        <translation>{count} aufgenommen</translation>
    </message>
    <message>
        <source>{count} enrolled before</source>
        <translation>{count} schon früher aufgenommen</translation>
    </message>
    <message>
        <source>{count} refused, see below</source>
        <translation>{count} abgelehnt, siehe unten</translation>
    </message>
    <message>
        <source>Stopped: what was looked at is kept, and the same list goes on from here.</source>
        <translation>Angehalten: Was angesehen wurde, bleibt; dieselbe Liste geht von hier aus weiter.</translation>
    </message>
    <message>
        <source>The first {count} lines are shown.</source>
        <translation>Die ersten {count} Zeilen werden gezeigt.</translation>
    </message>
    <message>
        <source>The same file again</source>
        <translation>Dieselbe Datei noch einmal</translation>
    </message>
    <message>
        <source>Enrolled; same name</source>
        <translation>Aufgenommen; gleicher Name</translation>
    </message>
    <message>
        <source>Several faces</source>
        <translation>Mehrere Gesichter</translation>
    </message>
    <message>
        <source>No face</source>
        <translation>Kein Gesicht</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Malformed</source>
        <translation>Fehlerhaft</translation>
    </message>
    <message>
        <source>Folder of photographs</source>
        <translation>Ordner mit Fotos</translation>
    </message>
    <message>
        <source>List of photographs</source>
        <translation>Liste von Fotos</translation>
    </message>
    <message>
        <source>Lists (*.csv);;Every file (*)</source>
        <translation>Listen (*.csv);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Ordner…</translation>
    </message>
    <message>
        <source>List…</source>
        <translation>Liste…</translation>
    </message>
    <message>
        <source>&amp;Photographs</source>
        <translation>&amp;Fotos</translation>
    </message>
    <message>
        <source>S&amp;ource</source>
        <translation>&amp;Quelle</translation>
    </message>
    <message>
        <source>A folder with one folder for each person, or loose files named after them; or a list with the columns name, birth date, photo date, source, file. Photographs are copied byte for byte and stay where they are.</source>
        <translation>Ein Ordner mit einem Ordner je Person oder lose Dateien, die nach ihr heißen; oder eine Liste mit den Spalten name, birth date, photo date, source, file. Fotos werden Byte für Byte kopiert und bleiben, wo sie sind.</translation>
    </message>
</context>
<context>
    <name>GalleryDialog</name>
    <message>
        <source>New gallery</source>
        <translation>Neue Galerie</translation>
    </message>
    <message>
        <source>Make the gallery</source>
        <translation>Galerie anlegen</translation>
    </message>
    <message>
        <source>Name of the gallery</source>
        <translation>Name der Galerie</translation>
    </message>
    <message>
        <source>Matcher of all its templates</source>
        <translation>Vergleicher aller ihrer Templates</translation>
    </message>
    <message>
        <source>Bundled recogniser (dlib)</source>
        <translation>Mitgelieferter Erkenner (dlib)</translation>
    </message>
    <message>
        <source>A gallery holds faces of known people that a face is searched among. All its templates are by one matcher; the pack “matcher” finds more people across decades than the bundled recogniser.</source>
        <translation>Eine Galerie enthält Gesichter bekannter Personen, unter denen ein Gesicht gesucht wird. Alle ihre Templates sind von einem Vergleicher; das Paket „matcher“ findet über Jahrzehnte hinweg mehr Personen als der mitgelieferte Erkenner.</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Matcher</source>
        <translation>&amp;Vergleicher</translation>
    </message>
    <message>
        <source>The matcher is being loaded…</source>
        <translation>Der Vergleicher wird geladen…</translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>is being stopped…</source>
        <translation>wird angehalten…</translation>
    </message>
</context>
<context>
    <name>OwnComparisons</name>
    <message>
        <source>{number}: score {score}, {gap} years apart, where 19 of 20 real pairs reach {low}</source>
        <translation>{number}: Wert {score}, {gap} Jahre auseinander, wo 19 von 20 echten Paaren {low} erreichen</translation>
    </message>
    <message>
        <source>The face is less like the subject's other photographs than real photographs of one person usually are ({told}; measured on {data}). That does not say that it is somebody else: people change over decades, and one pair in 20 scores lower still. Check whom the photograph shows.</source>
        <translation>Das Gesicht ähnelt den anderen Fotos der Person weniger, als echte Fotos einer Person einander gewöhnlich ähneln ({told}; gemessen an {data}). Das heißt nicht, dass es jemand anderes ist: Menschen verändern sich über Jahrzehnte, und eines von 20 Paaren liegt noch tiefer. Prüfen Sie, wen das Foto zeigt.</translation>
    </message>
</context>
<context>
    <name>PictureField</name>
    <message>
        <source>Case of the picture that is searched with</source>
        <translation>Fall des Bildes, mit dem gesucht wird</translation>
    </message>
    <message>
        <source>Picture that is searched with</source>
        <translation>Bild, mit dem gesucht wird</translation>
    </message>
    <message>
        <source>{image}, derived of {number}</source>
        <translation>{image}, abgeleitet von {number}</translation>
    </message>
    <message>
        <source>{image}, derived of {number} at {age:g} years</source>
        <translation>{image}, abgeleitet von {number} mit {age:g} Jahren</translation>
    </message>
</context>
<context>
    <name>SearchView</name>
    <message>
        <source>Search</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>New gallery…</source>
        <translation>Neue Galerie…</translation>
    </message>
    <message>
        <source>Add photographs…</source>
        <translation>Fotos hinzufügen…</translation>
    </message>
    <message>
        <source>Choose a photograph, or an accepted derived image, first.</source>
        <translation>Wählen Sie zuerst ein Foto oder ein angenommenes abgeleitetes Bild.</translation>
    </message>
    <message>
        <source>Loading the matcher</source>
        <translation>Der Vergleicher wird geladen</translation>
    </message>
    <message>
        <source>Choose the gallery that photographs are to be added to first.</source>
        <translation>Wählen Sie zuerst die Galerie, zu der Fotos hinzukommen sollen.</translation>
    </message>
    <message>
        <source>No face was found to compare with.</source>
        <translation>Es wurde kein Gesicht zum Vergleichen gefunden.</translation>
    </message>
    <message>
        <source>Choose its number in the field “Face”; 1 is the largest, then in order of size.</source>
        <translation>Wählen Sie seine Nummer im Feld „Gesicht“; 1 ist das größte, dann der Größe nach.</translation>
    </message>
    <message>
        <source>Read and accept it on the page “Model packs”.</source>
        <translation>Lesen Sie sie auf der Seite „Modellpakete“ und nehmen Sie sie dort an.</translation>
    </message>
    <message>
        <source>Enrol more people, or choose a higher FMR.</source>
        <translation>Nehmen Sie mehr Personen auf, oder wählen Sie eine höhere FMR.</translation>
    </message>
    <message>
        <source>Recorded: {verdict}.</source>
        <translation>Festgehalten: {verdict}.</translation>
    </message>
    <message>
        <source>Photographs of this casebook</source>
        <translation>Fotos dieses Fallbuchs</translation>
    </message>
    <message>
        <source>{name} ({matcher}, {count} faces)</source>
        <translation>{name} ({matcher}, {count} Gesichter)</translation>
    </message>
    <message>
        <source>Earlier searches ({count})</source>
        <translation>Frühere Suchen ({count})</translation>
    </message>
    <message>
        <source>{number}: {probe}, {when}, {decided} of {count} decided</source>
        <translation>{number}: {probe}, {when}, {decided} von {count} entschieden</translation>
    </message>
    <message>
        <source>The search was stopped; nothing of it is recorded.</source>
        <translation>Die Suche wurde angehalten; nichts davon ist festgehalten.</translation>
    </message>
    <message>
        <source>the clear one</source>
        <translation>das eindeutige</translation>
    </message>
    <message>
        <source>Among</source>
        <translation>Unter</translation>
    </message>
    <message>
        <source>Most candidates</source>
        <translation>Höchstens so viele Kandidaten</translation>
    </message>
    <message>
        <source>False match rate that the threshold is set at</source>
        <translation>Rate falscher Treffer, auf die die Schwelle gesetzt wird</translation>
    </message>
    <message>
        <source>Face of the picture, 1 = largest</source>
        <translation>Gesicht des Bildes, 1 = größtes</translation>
    </message>
    <message>
        <source>Earlier searches</source>
        <translation>Frühere Suchen</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>FMR</source>
        <translation>FMR</translation>
    </message>
    <message>
        <source>A&amp;mong</source>
        <translation>&amp;Unter</translation>
    </message>
    <message>
        <source>Loo&amp;k for</source>
        <translation>Su&amp;che nach</translation>
    </message>
    <message>
        <source>No search is shown</source>
        <translation>Keine Suche wird gezeigt</translation>
    </message>
    <message>
        <source>Choose a gallery of known people, or the photographs of this casebook, and a face to search for. What is found is a lead for an examiner and identifies nobody.</source>
        <translation>Wählen Sie eine Galerie bekannter Personen oder die Fotos dieses Fallbuchs und ein Gesicht, das gesucht wird. Was gefunden wird, ist ein Hinweis für einen Sachbearbeiter und identifiziert niemanden.</translation>
    </message>
</context>
<context>
    <name>SearchWords</name>
    <message>
        <source>Lead</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Excluded</source>
        <translation>Ausgeschlossen</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>Unentschieden</translation>
    </message>
    <message>
        <source>Nobody has decided yet.</source>
        <translation>Noch hat niemand entschieden.</translation>
    </message>
    <message>
        <source>Score {score}; no threshold is known</source>
        <translation>Wert {score}; keine Schwelle ist bekannt</translation>
    </message>
    <message>
        <source>Score {score}, at or above the threshold {threshold}</source>
        <translation>Wert {score}, an oder über der Schwelle {threshold}</translation>
    </message>
    <message>
        <source>Score {score}, below the threshold {threshold}</source>
        <translation>Wert {score}, unter der Schwelle {threshold}</translation>
    </message>
    <message>
        <source>Setting the threshold</source>
        <translation>Die Schwelle wird bestimmt</translation>
    </message>
    <message>
        <source>Looking for the face</source>
        <translation>Das Gesicht wird gesucht</translation>
    </message>
    <message>
        <source>Comparing the candidates</source>
        <translation>Die Kandidaten werden verglichen</translation>
    </message>
    <message>
        <source>Comparing photographs</source>
        <translation>Fotos werden verglichen</translation>
    </message>
    <message>
        <source>Recording the search</source>
        <translation>Die Suche wird festgehalten</translation>
    </message>
    <message>
        <source>Recording the comparison</source>
        <translation>Der Vergleich wird festgehalten</translation>
    </message>
    <message>
        <source>Making the graph of the gallery</source>
        <translation>Der Graph der Galerie wird gemacht</translation>
    </message>
    <message>
        <source>Measuring the graph</source>
        <translation>Der Graph wird vermessen</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Derived template at {age} years: one possible appearance, no photograph</source>
        <translation>Abgeleitetes Template mit {age} Jahren: ein mögliches Aussehen, kein Foto</translation>
    </message>
    <message>
        <source>Born</source>
        <translation>Geboren</translation>
    </message>
    <message>
        <source>Photograph of</source>
        <translation>Foto von</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht festgehalten</translation>
    </message>
    <message>
        <source>Made of</source>
        <translation>Gemacht aus</translation>
    </message>
    <message>
        <source>the photograph shown, at {age} years, by the pack {pack} {version}</source>
        <translation>dem gezeigten Foto, mit {age} Jahren, vom Paket {pack} {version}</translation>
    </message>
    <message>
        <source>The photograph's own score</source>
        <translation>Wert des Fotos selbst</translation>
    </message>
    <message>
        <source>face {number} of {count}</source>
        <translation>Gesicht {number} von {count}</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Exhibit</source>
        <translation>Asservat</translation>
    </message>
    <message>
        <source>{above} of {count} candidates are at or above the threshold {threshold}.</source>
        <translation>{above} von {count} Kandidaten liegen an oder über der Schwelle {threshold}.</translation>
    </message>
    <message>
        <source>Nothing is known of this threshold: it was given, and the gallery has too few people.</source>
        <translation>Von dieser Schwelle ist nichts bekannt: Sie wurde vorgegeben, und die Galerie hat zu wenige Personen.</translation>
    </message>
    <message>
        <source>At it {rate} of {comparisons} comparisons of different people in the gallery match (FMR).</source>
        <translation>An ihr stimmen {rate} von {comparisons} Vergleichen verschiedener Personen der Galerie überein (FMR).</translation>
    </message>
    <message>
        <source>For somebody who is not in the gallery up to {expected} false candidates are to be expected among its {templates} templates.</source>
        <translation>Für jemanden, der nicht in der Galerie ist, sind unter ihren {templates} Templates bis zu {expected} falsche Kandidaten zu erwarten.</translation>
    </message>
    <message>
        <source>For somebody who is not in the gallery {expected} false candidates are to be expected among its {templates} templates.</source>
        <translation>Für jemanden, der nicht in der Galerie ist, sind unter ihren {templates} Templates {expected} falsche Kandidaten zu erwarten.</translation>
    </message>
    <message>
        <source>Matcher: {name}, {version}.</source>
        <translation>Vergleicher: {name}, {version}.</translation>
    </message>
    <message>
        <source>{faces} faces in {photographs} photographs of other subjects were compared.</source>
        <translation>{faces} Gesichter in {photographs} Fotos anderer Personen wurden verglichen.</translation>
    </message>
    <message>
        <source>No threshold is known for this recogniser: read the order of the faces, and no more.</source>
        <translation>Für diesen Erkenner ist keine Schwelle bekannt: Lesen Sie die Reihenfolge der Gesichter und nicht mehr.</translation>
    </message>
    <message>
        <source>The threshold {threshold} has an FMR of {rate} on {comparisons} comparisons of other people ({data}), not of this casebook's; {expected} false candidates are to be expected by chance.</source>
        <translation>Die Schwelle {threshold} hat eine FMR von {rate} auf {comparisons} Vergleichen anderer Personen ({data}), nicht derer dieses Fallbuchs; {expected} falsche Kandidaten sind durch Zufall zu erwarten.</translation>
    </message>
    <message>
        <source>Not compared: {photographs}.</source>
        <translation>Nicht verglichen: {photographs}.</translation>
    </message>
    <message>
        <source>Recogniser: {name}.</source>
        <translation>Erkenner: {name}.</translation>
    </message>
    <message>
        <source>A candidate is a lead for an examiner and identifies nobody: the person may not be among these faces, and somebody else may score higher.</source>
        <translation>Ein Kandidat ist ein Hinweis für einen Sachbearbeiter und identifiziert niemanden: Die Person muss nicht unter diesen Gesichtern sein, und jemand anderes kann höher liegen.</translation>
    </message>
    <message>
        <source>A derived face shows one possible appearance. Measured, it finds a person less often than the photograph does. Its candidates are leads at most, and its score is no evidence.</source>
        <translation>Ein abgeleitetes Gesicht zeigt ein mögliches Aussehen. Gemessen findet es eine Person seltener als das Foto. Seine Kandidaten sind höchstens Hinweise, und sein Wert ist kein Beweis.</translation>
    </message>
    <message>
        <source>The casebook is open for reading only: this search is not recorded, and cannot be decided on.</source>
        <translation>Das Fallbuch ist nur zum Lesen geöffnet: Diese Suche wird nicht festgehalten, und über sie kann nicht entschieden werden.</translation>
    </message>
    <message>
        <source>{age} years (estimated)</source>
        <translation>{age} Jahre (geschätzt)</translation>
    </message>
    <message>
        <source>{age} years</source>
        <translation>{age} Jahre</translation>
    </message>
</context>
<context>
    <name>WithdrawDialog</name>
    <message>
        <source>Withdraw exhibit {number}</source>
        <translation>Asservat {number} zurückziehen</translation>
    </message>
    <message>
        <source>The file stays in the vault and the record in the casebook, with your name, the time and the reason. No run works on the photograph any more, and reports leave it and its runs out and say how many were withdrawn. This cannot be taken back; the file can be received again.</source>
        <translation>Die Datei bleibt im Tresor und der Eintrag im Fallbuch, mit Ihrem Namen, der Zeit und dem Grund. Kein Lauf arbeitet mehr mit dem Foto, und Berichte lassen es und seine Läufe weg und sagen, wie viele zurückgezogen wurden. Das kann nicht zurückgenommen werden; die Datei kann neu angenommen werden.</translation>
    </message>
    <message>
        <source>Withdraw {name}</source>
        <translation>{name} zurückziehen</translation>
    </message>
    <message>
        <source>The record stays in the casebook, with your name, the time and the reason. Reports leave the person out and say that one was withdrawn. Photographs of the person have to be moved to another person or withdrawn first. This cannot be taken back.</source>
        <translation>Der Eintrag bleibt im Fallbuch, mit Ihrem Namen, der Zeit und dem Grund. Berichte lassen die Person weg und sagen, dass eine zurückgezogen wurde. Fotos der Person müssen vorher einer anderen Person zugeordnet oder zurückgezogen werden. Das kann nicht zurückgenommen werden.</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>Zurückziehen</translation>
    </message>
    <message>
        <source>Kept in the record and in the custody log</source>
        <translation>Steht im Eintrag und in der Beweiskette</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
</context>
<context>
    <name>Contradiction</name>
    <message>
        <source>Born {birth}, which is in the future.</source>
        <translation>Geboren {birth}: das liegt in der Zukunft.</translation>
    </message>
    <message>
        <source>Last seen {seen}, which is in the future.</source>
        <translation>Zuletzt gesehen {seen}: das liegt in der Zukunft.</translation>
    </message>
    <message>
        <source>{exhibit}: photographed {taken}, which is in the future.</source>
        <translation>{exhibit}: aufgenommen {taken}, das liegt in der Zukunft.</translation>
    </message>
    <message>
        <source>Last seen {seen}, before the birth {birth}.</source>
        <translation>Zuletzt gesehen {seen}, vor der Geburt {birth}.</translation>
    </message>
    <message>
        <source>{exhibit}: photographed {taken}, before the birth {birth}.</source>
        <translation>{exhibit}: aufgenommen {taken}, vor der Geburt {birth}.</translation>
    </message>
    <message>
        <source>{exhibit}: photographed {taken}, after the person was last seen {seen}.</source>
        <translation>{exhibit}: aufgenommen {taken}, nachdem die Person zuletzt gesehen wurde ({seen}).</translation>
    </message>
    <message>
        <source>{exhibit}: {age} years old by what is stated, {range} by the dates of birth ({birth}) and of the photograph ({taken}).</source>
        <translation>{exhibit}: {age} Jahre alt nach der Angabe, {range} nach den Daten von Geburt ({birth}) und Foto ({taken}).</translation>
    </message>
    <message>
        <source>{exhibit}: {age} years old by what is stated, though born {birth} and {range} today.</source>
        <translation>{exhibit}: {age} Jahre alt nach der Angabe, obwohl {birth} geboren und heute {range}.</translation>
    </message>
    <message>
        <source>{exhibit} and {other}: {age} and {other_age} years do not fit the dates {taken} and {other_taken}.</source>
        <translation>{exhibit} und {other}: {age} und {other_age} Jahre passen nicht zu den Daten {taken} und {other_taken}.</translation>
    </message>
</context>
<context>
    <name>IntakeTable</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Taken on</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>For this file alone; where it is empty, what is entered above counts</source>
        <translation>Nur für diese Datei; wo nichts steht, gilt die Angabe oben</translation>
    </message>
</context>
<context>
    <name>NextStep</name>
    <message>
        <source>Add the person concerned.</source>
        <translation>Die betroffene Person hinzufügen.</translation>
    </message>
    <message>
        <source>State the date of birth: ages follow from it.</source>
        <translation>Das Geburtsdatum angeben: Alter folgen daraus.</translation>
    </message>
    <message>
        <source>Receive a photograph of the person.</source>
        <translation>Ein Foto der Person annehmen.</translation>
    </message>
    <message>
        <source>Find out which side of a contradiction is wrong, and amend it.</source>
        <translation>Klären, welche Seite eines Widerspruchs falsch ist, und sie berichtigen.</translation>
    </message>
    <message>
        <source>State the age or the date of each photograph.</source>
        <translation>Alter oder Datum jedes Fotos angeben.</translation>
    </message>
    <message>
        <source>Set up a run on a photograph.</source>
        <translation>Einen Lauf mit einem Foto vorbereiten.</translation>
    </message>
    <message>
        <source>Accept or reject the derived images.</source>
        <translation>Die abgeleiteten Bilder annehmen oder ablehnen.</translation>
    </message>
    <message>
        <source>Issue a report.</source>
        <translation>Einen Bericht ausstellen.</translation>
    </message>
    <message>
        <source>Nothing is open.</source>
        <translation>Nichts ist offen.</translation>
    </message>
</context>
<context>
    <name>GlanceCard</name>
    <message>
        <source>Portrait</source>
        <translation>Porträt</translation>
    </message>
    <message>
        <source>Missing since</source>
        <translation>Vermisst seit</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>Zuletzt gesehen</translation>
    </message>
    <message>
        <source>{date}, {years} years</source>
        <translation>{date}, {years} Jahre</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Age today</source>
        <translation>Alter heute</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Nächster Schritt</translation>
    </message>
</context>
<context>
    <name>TimelineRow</name>
    <message>
        <source>Pictures by age</source>
        <translation>Bilder nach Alter</translation>
    </message>
    <message>
        <source>age not known</source>
        <translation>Alter nicht bekannt</translation>
    </message>
    <message>
        <source>{age:g} years</source>
        <translation>{age:g} Jahre</translation>
    </message>
    <message>
        <source>derived</source>
        <translation>abgeleitet</translation>
    </message>
    <message>
        <source>age in doubt</source>
        <translation>Alter zweifelhaft</translation>
    </message>
</context>
<context>
    <name>PosterDialog</name>
    <message>
        <source>Public appeal</source>
        <translation>Öffentlicher Aufruf</translation>
    </message>
    <message>
        <source>Write it…</source>
        <translation>Schreiben…</translation>
    </message>
    <message>
        <source>By the kind of the case</source>
        <translation>Nach der Art des Falls</translation>
    </message>
    <message>
        <source>Missing person</source>
        <translation>Vermisste Person</translation>
    </message>
    <message>
        <source>Cold case</source>
        <translation>Ungeklärter Fall</translation>
    </message>
    <message>
        <source>Unidentified: without a name</source>
        <translation>Unbekannte Person: ohne Namen</translation>
    </message>
    <message>
        <source>Square picture (PNG)</source>
        <translation>Quadratisches Bild (PNG)</translation>
    </message>
    <message>
        <source>Upright picture (PNG)</source>
        <translation>Hochformat (PNG)</translation>
    </message>
    <message>
        <source>Tall picture (PNG)</source>
        <translation>Hohes Bild (PNG)</translation>
    </message>
    <message>
        <source>Whom the public is to call, line by line</source>
        <translation>Wen die Öffentlichkeit anrufen soll, Zeile für Zeile</translation>
    </message>
    <message>
        <source>What the QR code holds; the contact where empty</source>
        <translation>Inhalt des QR-Codes; leer: der Kontakt</translation>
    </message>
    <message>
        <source>Empty: DRAFT stands across the sheet</source>
        <translation>Leer: ENTWURF steht quer über dem Blatt</translation>
    </message>
    <message>
        <source>&amp;Template</source>
        <translation>&amp;Vorlage</translation>
    </message>
    <message>
        <source>&amp;Languages</source>
        <translation>S&amp;prachen</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>&amp;Größe</translation>
    </message>
    <message>
        <source>&amp;Contact</source>
        <translation>&amp;Kontakt</translation>
    </message>
    <message>
        <source>&amp;Link</source>
        <translation>&amp;Link</translation>
    </message>
    <message>
        <source>Approved b&amp;y</source>
        <translation>&amp;Freigegeben von</translation>
    </message>
    <message>
        <source>&amp;Recipient</source>
        <translation>&amp;Empfänger</translation>
    </message>
    <message>
        <source>&amp;Purpose</source>
        <translation>&amp;Zweck</translation>
    </message>
    <message>
        <source>A text for the press is written beside it. Both are recorded.</source>
        <translation>Ein Pressetext wird daneben geschrieben. Beides wird aufgezeichnet.</translation>
    </message>
    <message>
        <source>Write the public appeal</source>
        <translation>Öffentlichen Aufruf schreiben</translation>
    </message>
</context>
<context>
    <name>InspectionDialog</name>
    <message>
        <source>Inspect a file</source>
        <translation>Datei untersuchen</translation>
    </message>
    <message>
        <source>Looking for marks; this takes some seconds…</source>
        <translation>Kennzeichen werden gesucht; das dauert einige Sekunden…</translation>
    </message>
    <message>
        <source>No casebook is open: open the one that the file may come from, and ask again.</source>
        <translation>Kein Fallbuch ist geöffnet: Öffnen Sie das, aus dem die Datei stammen kann, und fragen Sie noch einmal.</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Signature of the PDF</source>
        <translation>Signatur der PDF</translation>
    </message>
    <message>
        <source>Content credentials</source>
        <translation>Content Credentials</translation>
    </message>
    <message>
        <source>XMP</source>
        <translation>XMP</translation>
    </message>
    <message>
        <source>Invisible mark</source>
        <translation>Unsichtbares Kennzeichen</translation>
    </message>
    <message>
        <source>Band</source>
        <translation>Streifen</translation>
    </message>
    <message>
        <source>known here</source>
        <translation>hier bekannt</translation>
    </message>
    <message>
        <source>found</source>
        <translation>gefunden</translation>
    </message>
    <message>
        <source>of another casebook or laboratory</source>
        <translation>von einem anderen Fallbuch oder Labor</translation>
    </message>
    <message>
        <source>does not fit</source>
        <translation>passt nicht</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>not checked</source>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>Proves: {words}</source>
        <translation>Beweist: {words}</translation>
    </message>
    <message>
        <source>Does not prove: {words}</source>
        <translation>Beweist nicht: {words}</translation>
    </message>
</context>
<context>
    <name>ReasonField</name>
    <message>
        <source>Reason, required</source>
        <translation>Grund, erforderlich</translation>
    </message>
</context>
<context>
    <name>ConsentsDialog</name>
    <message>
        <source>Consents of {name}</source>
        <translation>Einwilligungen von {name}</translation>
    </message>
    <message>
        <source>Consents</source>
        <translation>Einwilligungen</translation>
    </message>
    <message>
        <source>Record a consent…</source>
        <translation>Einwilligung erfassen …</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>Widerrufen …</translation>
    </message>
    <message>
        <source>What left the casebook</source>
        <translation>Was das Fallbuch verlassen hat</translation>
    </message>
    <message>
        <source>In a media production no run starts, and no image leaves, without a consent of the person shown that holds that day. Exported images carry its number.</source>
        <translation>In einer Medienproduktion startet kein Lauf und verlässt kein Bild das Fallbuch ohne eine an diesem Tag gültige Einwilligung der gezeigten Person. Ausgegebene Bilder tragen deren Nummer.</translation>
    </message>
    <message>
        <source>An investigation rests on its authorization. A consent is needed where photographs of a relative are to be drawn upon for somebody else's face.</source>
        <translation>Eine Ermittlung stützt sich auf ihre Ermächtigung. Eine Einwilligung ist nötig, wo Fotos eines Angehörigen für das Gesicht einer anderen Person herangezogen werden sollen.</translation>
    </message>
    <message>
        <source>until {day}</source>
        <translation>bis {day}</translation>
    </message>
    <message>
        <source>withdrawn {time}: {reason}</source>
        <translation>widerrufen {time}: {reason}</translation>
    </message>
</context>
<context>
    <name>RecordConsentDialog</name>
    <message>
        <source>Consent of {name}</source>
        <translation>Einwilligung von {name}</translation>
    </message>
    <message>
        <source>Record the consent</source>
        <translation>Einwilligung erfassen</translation>
    </message>
    <message>
        <source>The person, a guardian, the heirs</source>
        <translation>Die Person, ein Vormund, die Erben</translation>
    </message>
    <message>
        <source>What may be made</source>
        <translation>Was hergestellt werden darf</translation>
    </message>
    <message>
        <source>Where it may be shown</source>
        <translation>Wo es gezeigt werden darf</translation>
    </message>
    <message>
        <source>Last day, such as 2027-12-31</source>
        <translation>Letzter Tag, etwa 2027-12-31</translation>
    </message>
    <message>
        <source>Where the signed paper lies, or its SHA-256</source>
        <translation>Wo das unterschriebene Papier liegt, oder dessen SHA-256</translation>
    </message>
    <message>
        <source>&amp;For</source>
        <translation>&amp;Wofür</translation>
    </message>
    <message>
        <source>&amp;Given by</source>
        <translation>&amp;Erteilt von</translation>
    </message>
    <message>
        <source>&amp;Scope</source>
        <translation>&amp;Umfang</translation>
    </message>
    <message>
        <source>&amp;Medium</source>
        <translation>&amp;Medium</translation>
    </message>
    <message>
        <source>&amp;Until</source>
        <translation>&amp;Bis</translation>
    </message>
    <message>
        <source>&amp;Document</source>
        <translation>&amp;Dokument</translation>
    </message>
</context>
<context>
    <name>WithdrawConsentDialog</name>
    <message>
        <source>Withdraw the consent {number}</source>
        <translation>Einwilligung {number} widerrufen</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>Widerrufen</translation>
    </message>
    <message>
        <source>Why, and how the withdrawal was received</source>
        <translation>Warum, und wie der Widerruf einging</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>No run starts and no image leaves under this consent any more. The images stay in the casebook; what left before has to be recalled by people. This cannot be taken back.</source>
        <translation>Unter dieser Einwilligung startet kein Lauf mehr und verlässt kein Bild mehr das Fallbuch. Die Bilder bleiben im Fallbuch; was es vorher verlassen hat, müssen Menschen zurückrufen. Das lässt sich nicht zurücknehmen.</translation>
    </message>
</context>
<context>
    <name>Consents</name>
    <message>
        <source>Nothing of this person left the casebook, as far as its log says.</source>
        <translation>Laut Protokoll hat nichts von dieser Person das Fallbuch verlassen.</translation>
    </message>
    <message>
        <source>{time}  {object}  to {recipient}  {place}</source>
        <translation>{time}  {object}  an {recipient}  {place}</translation>
    </message>
    <message>
        <source>and {count} before; the whole list: forensic-app consent recalls</source>
        <translation>und {count} davor; die ganze Liste: forensic-app consent recalls</translation>
    </message>
    <message>
        <source>To be recalled:</source>
        <translation>Zurückzurufen:</translation>
    </message>
</context>
<context>
    <name>BundleDialog</name>
    <message>
        <source>Hand out case {number}</source>
        <translation>Fall {number} aushändigen</translation>
    </message>
    <message>
        <source>Choose the folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Who receives it</source>
        <translation>Wer es erhält</translation>
    </message>
    <message>
        <source>What it is handed out for</source>
        <translation>Wofür es ausgehändigt wird</translation>
    </message>
    <message>
        <source>No pictures of anybody under 18 or of unknown age</source>
        <translation>Keine Bilder von Personen unter 18 oder unbekannten Alters</translation>
    </message>
    <message>
        <source>Nothing of other persons than these:</source>
        <translation>Nichts von anderen Personen als diesen:</translation>
    </message>
    <message>
        <source>Not encrypted: a folder</source>
        <translation>Unverschlüsselt: ein Ordner</translation>
    </message>
    <message>
        <source>Encrypted under a passphrase</source>
        <translation>Verschlüsselt mit einer Passphrase</translation>
    </message>
    <message>
        <source>Encrypted for the recipient's key (age1…)</source>
        <translation>Verschlüsselt für den Schlüssel des Empfängers (age1…)</translation>
    </message>
    <message>
        <source>Case {number}</source>
        <translation>Fall {number}</translation>
    </message>
    <message>
        <source>New folder of the bundle</source>
        <translation>Neuer Ordner des Bündels</translation>
    </message>
    <message>
        <source>&amp;Recipient</source>
        <translation>&amp;Empfänger</translation>
    </message>
    <message>
        <source>&amp;Purpose</source>
        <translation>&amp;Zweck</translation>
    </message>
    <message>
        <source>&amp;Encryption</source>
        <translation>&amp;Verschlüsselung</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>Passphrase noch einmal</translation>
    </message>
    <message>
        <source>Persons who are disclosed</source>
        <translation>Personen, die offengelegt werden</translation>
    </message>
    <message>
        <source>Withhold</source>
        <translation>Zurückhalten</translation>
    </message>
    <message>
        <source>What is withheld is whole, and every proof holds. Free texts of what is disclosed are disclosed as they are: read them first.</source>
        <translation>Zurückgehalten wird immer ganz, und jeder Nachweis bleibt gültig. Freie Texte des Offengelegten werden offengelegt, wie sie sind: Lesen Sie sie zuerst.</translation>
    </message>
    <message>
        <source>Pass&amp;phrase</source>
        <translation>Pass&amp;phrase</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>&amp;Schlüssel</translation>
    </message>
    <message>
        <source>A&amp;gain</source>
        <translation>&amp;Noch einmal</translation>
    </message>
    <message>
        <source>Nothing is given to encrypt with.</source>
        <translation>Es ist nichts angegeben, womit verschlüsselt werden soll.</translation>
    </message>
    <message>
        <source>Give the passphrase or the key.</source>
        <translation>Geben Sie die Passphrase oder den Schlüssel an.</translation>
    </message>
    <message>
        <source>The passphrases differ.</source>
        <translation>Die Passphrasen sind verschieden.</translation>
    </message>
    <message>
        <source>Type both again.</source>
        <translation>Geben Sie beide noch einmal ein.</translation>
    </message>
    <message>
        <source>The bundle is in {place}: {files} files, {size}, {events} events.</source>
        <translation>Das Bündel liegt in {place}: {files} Dateien, {size}, {events} Ereignisse.</translation>
    </message>
    <message>
        <source>Tell the recipient this key by another way, by telephone or in a letter: {key}</source>
        <translation>Nennen Sie dem Empfänger diesen Schlüssel auf anderem Weg, am Telefon oder im Brief: {key}</translation>
    </message>
    <message>
        <source>They check it with: python3 verify.py . --key KEY (HOW-TO-VERIFY.html says how)</source>
        <translation>Geprüft wird es mit: python3 verify.py . --key SCHLÜSSEL (HOW-TO-VERIFY.html sagt, wie)</translation>
    </message>
    <message>
        <source>Withheld: {what}</source>
        <translation>Zurückgehalten: {what}</translation>
    </message>
    <message>
        <source>Stopped. The folder holds a part of the bundle; the same folder goes on with it.</source>
        <translation>Angehalten. Der Ordner enthält einen Teil des Bündels; mit demselben Ordner geht es weiter.</translation>
    </message>
    <message>
        <source>The bundle is being encrypted…</source>
        <translation>Das Bündel wird verschlüsselt …</translation>
    </message>
    <message>
        <source>The bundle is being written…</source>
        <translation>Das Bündel wird geschrieben …</translation>
    </message>
</context>
<context>
    <name>IdentityDialog</name>
    <message>
        <source>Key on the token</source>
        <translation>Schlüssel auf dem Token</translation>
    </message>
    <message>
        <source>Laboratory identity</source>
        <translation>Laboridentität</translation>
    </message>
    <message>
        <source>Make an authority and a certificate</source>
        <translation>Zertifizierungsstelle und Zertifikat anlegen</translation>
    </message>
    <message>
        <source>Take it from a file (.p12)…</source>
        <translation>Aus einer Datei übernehmen (.p12) …</translation>
    </message>
    <message>
        <source>Certificate with its key</source>
        <translation>Zertifikat mit seinem Schlüssel</translation>
    </message>
    <message>
        <source>PKCS#12 files (*.p12 *.pfx)</source>
        <translation>PKCS#12-Dateien (*.p12 *.pfx)</translation>
    </message>
    <message>
        <source>The key needs a passphrase. Type one, and type it again.</source>
        <translation>Der Schlüssel braucht eine Passphrase. Geben Sie eine ein, und dann noch einmal.</translation>
    </message>
    <message>
        <source>The passphrases differ. Type both again.</source>
        <translation>Die Passphrasen sind verschieden. Geben Sie beide noch einmal ein.</translation>
    </message>
    <message>
        <source>The identity is kept on this workstation. Nobody can restore a passphrase that is forgotten. Give the authority's fingerprint to whoever relies on signatures, by another way than a signed file.</source>
        <translation>Die Identität liegt auf diesem Rechner. Eine vergessene Passphrase kann niemand wiederherstellen. Geben Sie den Fingerabdruck der Stelle jedem, der sich auf Signaturen verlässt, auf anderem Weg als in einer signierten Datei.</translation>
    </message>
    <message>
        <source>This workstation has no identity: reports are not signed as the laboratory's.</source>
        <translation>Dieser Rechner hat keine Identität: Berichte werden nicht als die des Labors signiert.</translation>
    </message>
    <message>
        <source>Laboratory</source>
        <translation>Labor</translation>
    </message>
    <message>
        <source>Valid</source>
        <translation>Gültig</translation>
    </message>
    <message>
        <source>Certificate, SHA-256</source>
        <translation>Zertifikat, SHA-256</translation>
    </message>
    <message>
        <source>Authority, SHA-256</source>
        <translation>Stelle, SHA-256</translation>
    </message>
    <message>
        <source>Issued by</source>
        <translation>Ausgestellt von</translation>
    </message>
    <message>
        <source>the laboratory itself</source>
        <translation>dem Labor selbst</translation>
    </message>
    <message>
        <source>another authority</source>
        <translation>einer anderen Stelle</translation>
    </message>
    <message>
        <source>The certificate has expired: nothing can be signed with it.</source>
        <translation>Das Zertifikat ist abgelaufen: Damit lässt sich nichts signieren.</translation>
    </message>
    <message>
        <source>The certificate expires in {days} days.</source>
        <translation>Das Zertifikat läuft in {days} Tagen ab.</translation>
    </message>
    <message>
        <source>On this workstation</source>
        <translation>Auf diesem Rechner</translation>
    </message>
    <message>
        <source>A new one</source>
        <translation>Eine neue</translation>
    </message>
    <message>
        <source>&amp;Organisation</source>
        <translation>&amp;Organisation</translation>
    </message>
    <message>
        <source>&amp;Passphrase</source>
        <translation>&amp;Passphrase</translation>
    </message>
    <message>
        <source>&amp;Again</source>
        <translation>&amp;Noch einmal</translation>
    </message>
    <message>
        <source>Passphrase of the &amp;file</source>
        <translation>Passphrase der &amp;Datei</translation>
    </message>
    <message>
        <source>Name of the laboratory</source>
        <translation>Name des Labors</translation>
    </message>
    <message>
        <source>Only for a certificate from a file</source>
        <translation>Nur für ein Zertifikat aus einer Datei</translation>
    </message>
    <message>
        <source>A new identity replaces the present one; its file is kept, and what it signed stays valid.</source>
        <translation>Eine neue Identität ersetzt die jetzige; deren Datei bleibt erhalten, und was sie signiert hat, bleibt gültig.</translation>
    </message>
</context>
<context>
    <name>QueueOffer</name>
    <message>
        <source>Show the queue</source>
        <translation>Warteliste zeigen</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>{count} run(s) wait from before. None of them is started before you say so.</source>
        <translation>{count} Lauf/Läufe warten von früher. Keiner davon startet, bevor Sie es sagen.</translation>
    </message>
</context>
<context>
    <name>ReasonsDialog</name>
    <message>
        <source>Reasons for decisions</source>
        <translation>Gründe für Entscheidungen</translation>
    </message>
    <message>
        <source>Reasons, one a line</source>
        <translation>Gründe, einer je Zeile</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>The program's own</source>
        <translation>Die des Programms</translation>
    </message>
    <message>
        <source>One a line, at most nine: the keys 1 to 9 choose them. They are kept on this computer for everybody who works here; what is recorded with a decision is the sentence itself.</source>
        <translation>Einer je Zeile, höchstens neun: Die Tasten 1 bis 9 wählen sie. Sie bleiben auf diesem Computer für alle, die hier arbeiten; vermerkt wird mit einer Entscheidung der Satz selbst.</translation>
    </message>
    <message>
        <source>{count} reasons; nine are the most.</source>
        <translation>{count} Gründe; höchstens neun sind möglich.</translation>
    </message>
    <message>
        <source>A reason is longer than {count} characters.</source>
        <translation>Ein Grund ist länger als {count} Zeichen.</translation>
    </message>
</context>
<context>
    <name>DecisionWords</name>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>verworfen</translation>
    </message>
    <message>
        <source>decision withdrawn</source>
        <translation>Entscheidung zurückgezogen</translation>
    </message>
    <message>
        <source>{undecided} of {total} undecided</source>
        <translation>{undecided} von {total} offen</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <source>Runs on several photographs</source>
        <translation>Läufe zu mehreren Fotos</translation>
    </message>
    <message>
        <source>Add photographs…</source>
        <translation>Fotos hinzufügen…</translation>
    </message>
    <message>
        <source>Nothing was started: {count} photograph(s) were refused.</source>
        <translation>Nichts wurde gestartet: {count} Foto(s) wurden abgewiesen.</translation>
    </message>
    <message>
        <source>The chosen photograph with its faces</source>
        <translation>Das gewählte Foto mit seinen Gesichtern</translation>
    </message>
    <message>
        <source>Where the ages entered here are known from, recorded with each</source>
        <translation>Woher die hier eingegebenen Alter bekannt sind; wird bei jedem vermerkt</translation>
    </message>
    <message>
        <source>Reason for the ages entered here</source>
        <translation>Grund für die hier eingegebenen Alter</translation>
    </message>
    <message>
        <source>Start runs</source>
        <translation>Läufe starten</translation>
    </message>
    <message>
        <source>One set of parameters; each photograph has a run and a record of its own.</source>
        <translation>Ein Satz Parameter; jedes Foto hat einen eigenen Lauf und einen eigenen Eintrag.</translation>
    </message>
    <message>
        <source>All of {name} ({count})</source>
        <translation>Alle von {name} ({count})</translation>
    </message>
    <message>
        <source>All of every subject</source>
        <translation>Alle jeder Person</translation>
    </message>
    <message>
        <source>All of the case ({count})</source>
        <translation>Alle des Falls ({count})</translation>
    </message>
    <message>
        <source>Say where the ages entered here are known from: it is recorded.</source>
        <translation>Sagen Sie, woher die hier eingegebenen Alter bekannt sind: Es wird vermerkt.</translation>
    </message>
    <message>
        <source>{taken} of {count} photograph(s) are taken.</source>
        <translation>{taken} von {count} Foto(s) werden genommen.</translation>
    </message>
    <message>
        <source>Start {count} run(s)</source>
        <translation>{count} Lauf/Läufe starten</translation>
    </message>
    <message>
        <source>This picture cannot be shown.</source>
        <translation>Dieses Bild kann nicht gezeigt werden.</translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>Place</source>
        <translation>Platz</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Exhibit</source>
        <translation>Asservat</translation>
    </message>
    <message>
        <source>What it makes</source>
        <translation>Was entsteht</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>waits, paused</source>
        <translation>wartet, angehalten</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>nicht gestartet</translation>
    </message>
    <message>
        <source>is executed</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>is executed, {percent} %</source>
        <translation>läuft, {percent} %</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>etwa {time}</translation>
    </message>
    <message>
        <source>No run of this engine with this pack was measured yet.</source>
        <translation>Noch wurde kein Lauf dieses Verfahrens mit diesem Paket gemessen.</translation>
    </message>
    <message>
        <source>From runs that were measured on this computer.</source>
        <translation>Aus Läufen, die auf diesem Computer gemessen wurden.</translation>
    </message>
    <message>
        <source>From runs of this casebook; another computer may have executed them.</source>
        <translation>Aus Läufen dieses Fallbuchs; ein anderer Computer kann sie ausgeführt haben.</translation>
    </message>
</context>
<context>
    <name>BatchTable</name>
    <message>
        <source>Photograph</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Photographs of the batch</source>
        <translation>Fotos der Reihe</translation>
    </message>
    <message>
        <source>Add photographs first.</source>
        <translation>Fügen Sie zuerst Fotos hinzu.</translation>
    </message>
    <message>
        <source>{numbers}: the age is no number of years.</source>
        <translation>{numbers}: Das Alter ist keine Zahl von Jahren.</translation>
    </message>
    <message>
        <source>{count} photograph(s) are still looked at.</source>
        <translation>{count} Foto(s) werden noch geprüft.</translation>
    </message>
    <message>
        <source>No photograph is ticked.</source>
        <translation>Kein Foto ist angehakt.</translation>
    </message>
    <message>
        <source>nobody stated</source>
        <translation>niemand genannt</translation>
    </message>
    <message>
        <source>Number of the face, 1 is the largest; or click it in the picture</source>
        <translation>Nummer des Gesichts, 1 ist das größte; oder klicken Sie es im Bild an</translation>
    </message>
    <message>
        <source>Age in the photograph in years; what is entered here is recorded with it</source>
        <translation>Alter auf dem Foto in Jahren; was hier eingegeben wird, wird bei ihm vermerkt</translation>
    </message>
    <message>
        <source>The age is no number of years.</source>
        <translation>Das Alter ist keine Zahl von Jahren.</translation>
    </message>
    <message>
        <source>is looked at…</source>
        <translation>wird geprüft…</translation>
    </message>
    <message>
        <source>Left out: {why}</source>
        <translation>Weggelassen: {why}</translation>
    </message>
    <message>
        <source>Taken all the same: {why}</source>
        <translation>Trotzdem genommen: {why}</translation>
    </message>
    <message>
        <source>Tick it to take it: {why}</source>
        <translation>Anhaken, um es zu nehmen: {why}</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>weggelassen</translation>
    </message>
    <message>
        <source>is taken.</source>
        <translation>wird genommen.</translation>
    </message>
</context>
<context>
    <name>BatchWords</name>
    <message>
        <source>no face was found in it.</source>
        <translation>Darauf wurde kein Gesicht gefunden.</translation>
    </message>
    <message>
        <source>it has no face with that number; {count} were found.</source>
        <translation>Es hat kein Gesicht mit dieser Nummer; {count} wurden gefunden.</translation>
    </message>
    <message>
        <source>the face is too small for a run.</source>
        <translation>Das Gesicht ist zu klein für einen Lauf.</translation>
    </message>
    <message>
        <source>photographs under 2 years of age are refused.</source>
        <translation>Fotos unter 2 Jahren werden abgewiesen.</translation>
    </message>
    <message>
        <source>{count} faces, and it is unclear which is meant: choose one.</source>
        <translation>{count} Gesichter, und es ist unklar, welches gemeint ist: Wählen Sie eines.</translation>
    </message>
    <message>
        <source>it is doubtful whether this is a face.</source>
        <translation>Es ist zweifelhaft, ob dies ein Gesicht ist.</translation>
    </message>
    <message>
        <source>the age is not stated; it would be estimated, which can be wrong by many years.</source>
        <translation>Das Alter ist nicht genannt; es würde geschätzt, was um viele Jahre falsch sein kann.</translation>
    </message>
</context>
<context>
    <name>EstimateCard</name>
    <message>
        <source>What it will take</source>
        <translation>Was es braucht</translation>
    </message>
    <message>
        <source>Each:</source>
        <translation>Jeder:</translation>
    </message>
    <message>
        <source>{count} runs.</source>
        <translation>{count} Läufe.</translation>
    </message>
    <message>
        <source>{count} runs, together about {time}.</source>
        <translation>{count} Läufe, zusammen etwa {time}.</translation>
    </message>
</context>
<context>
    <name>QueueView</name>
    <message>
        <source>Queue of runs</source>
        <translation>Warteliste der Läufe</translation>
    </message>
    <message>
        <source>Pause after this run</source>
        <translation>Nach diesem Lauf anhalten</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Show in its case</source>
        <translation>Im Fall zeigen</translation>
    </message>
    <message>
        <source>Remove {run} from the queue</source>
        <translation>{run} aus der Warteliste entfernen</translation>
    </message>
    <message>
        <source>The run stays on record as cancelled, with your name. Reason (may stay empty):</source>
        <translation>Der Lauf bleibt als abgebrochen vermerkt, mit Ihrem Namen. Grund (darf leer bleiben):</translation>
    </message>
    <message>
        <source>Remove the run</source>
        <translation>Lauf entfernen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Belassen</translation>
    </message>
    <message>
        <source>Move the run up in the queue</source>
        <translation>Lauf in der Warteliste nach oben</translation>
    </message>
    <message>
        <source>Move the run down in the queue</source>
        <translation>Lauf in der Warteliste nach unten</translation>
    </message>
    <message>
        <source>Remove the run from the queue</source>
        <translation>Lauf aus der Warteliste entfernen</translation>
    </message>
    <message>
        <source>Pause the queue or go on</source>
        <translation>Warteliste anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteliste</translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation>Nichts wartet</translation>
    </message>
    <message>
        <source>Runs of every case of this casebook stand here while they wait or are executed.</source>
        <translation>Hier stehen Läufe aller Fälle dieses Fallbuchs, solange sie warten oder ausgeführt werden.</translation>
    </message>
    <message>
        <source>Start those not started ({count})</source>
        <translation>Nicht gestartete starten ({count})</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>{count} run(s).</source>
        <translation>{count} Lauf/Läufe.</translation>
    </message>
    <message>
        <source>Paused: nothing begins before you go on.</source>
        <translation>Angehalten: Nichts beginnt, bevor Sie fortsetzen.</translation>
    </message>
    <message>
        <source>How long it takes is not known: nothing like it was measured yet.</source>
        <translation>Wie lange es dauert, ist nicht bekannt: Noch wurde nichts dergleichen gemessen.</translation>
    </message>
    <message>
        <source>About {time} left for {known} of them; {unknown} not known.</source>
        <translation>Noch etwa {time} für {known} davon; {unknown} nicht bekannt.</translation>
    </message>
    <message>
        <source>About {time} left.</source>
        <translation>Noch etwa {time}.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
</context>
<context>
    <name>RunSettings</name>
    <message>
        <source>Engine</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>No model pack of this engine is on this computer. Import one under Model packs.</source>
        <translation>Auf diesem Computer ist kein Modellpaket für dieses Verfahren. Importieren Sie eines unter Modellpakete.</translation>
    </message>
    <message>
        <source>Read and accept the pack's licence first.</source>
        <translation>Lesen Sie zuerst die Lizenz des Pakets und nehmen Sie sie an.</translation>
    </message>
    <message>
        <source>&amp;Engine</source>
        <translation>&amp;Verfahren</translation>
    </message>
    <message>
        <source>&amp;Preset</source>
        <translation>V&amp;oreinstellung</translation>
    </message>
</context>
<context>
    <name>Picker</name>
    <message>
        <source>Filter: number, age, engine, pack, adapter, run, decision</source>
        <translation>Filter: Nummer, Alter, Verfahren, Paket, Adapter, Lauf, Entscheidung</translation>
    </message>
    <message>
        <source>Filter the pictures</source>
        <translation>Bilder filtern</translation>
    </message>
    <message>
        <source>Pictures of the case</source>
        <translation>Bilder des Falls</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Nothing else of this case is there to be shown.</source>
        <translation>Nichts anderes aus diesem Fall kann gezeigt werden.</translation>
    </message>
    <message>
        <source>{count} are chosen; there is room for {most}.</source>
        <translation>{count} sind gewählt; Platz ist für {most}.</translation>
    </message>
    <message>
        <source>Up to {most} can be chosen (Ctrl or Shift).</source>
        <translation>Bis zu {most} können gewählt werden (Strg oder Umschalt).</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Reading the picture…</source>
        <translation>Das Bild wird gelesen…</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen…</translation>
    </message>
    <message>
        <source>Add a picture of this case (A)</source>
        <translation>Ein Bild dieses Falls hinzufügen (A)</translation>
    </message>
    <message>
        <source>Aligned on the eyes</source>
        <translation>An den Augen ausgerichtet</translation>
    </message>
    <message>
        <source>The same zoom shows the same part of the face in each (E)</source>
        <translation>Dieselbe Vergrößerung zeigt in jedem denselben Teil des Gesichts (E)</translation>
    </message>
    <message>
        <source>Compare pictures of {case}</source>
        <translation>Bilder von {case} vergleichen</translation>
    </message>
    <message>
        <source>Add to the comparison</source>
        <translation>Zum Vergleich hinzufügen</translation>
    </message>
    <message>
        <source>Replace {title}</source>
        <translation>{title} ersetzen</translation>
    </message>
    <message>
        <source>{most} pictures can be compared at once. Not added: {names}.</source>
        <translation>{most} Bilder können zugleich verglichen werden. Nicht hinzugefügt: {names}.</translation>
    </message>
    <message>
        <source>No eyes are known in {numbers}: shown whole there, not aligned.</source>
        <translation>In {numbers} sind keine Augen bekannt: dort ganz gezeigt, nicht ausgerichtet.</translation>
    </message>
    <message>
        <source>Choose two pictures with their numbers first</source>
        <translation>Zuerst zwei Bilder mit ihren Nummern wählen</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Überlagern</translation>
    </message>
    <message>
        <source>Blink</source>
        <translation>Wechseln</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Zoom out (−)</source>
        <translation>Verkleinern (−)</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>Vergrößern (+)</translation>
    </message>
    <message>
        <source>Fit (0)</source>
        <translation>Einpassen (0)</translation>
    </message>
    <message>
        <source>Pixel for pixel: one of the screen for each of the picture in use (O)</source>
        <translation>Pixel für Pixel: eines des Bildschirms für jedes des benutzten Bildes (O)</translation>
    </message>
    <message>
        <source>Choose pictures…</source>
        <translation>Bilder wählen…</translation>
    </message>
    <message>
        <source>Two to six photographs or derived images of this case, with one zoom.</source>
        <translation>Zwei bis sechs Fotografien oder abgeleitete Bilder dieses Falls in einer Vergrößerung.</translation>
    </message>
    <message>
        <source>Nothing is compared</source>
        <translation>Nichts wird verglichen</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Show notes, arrows and measured lines in the panes (H)</source>
        <translation>Notizen, Pfeile und gemessene Strecken in den Feldern zeigen (H)</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>Derived image · one possible appearance</source>
        <translation>Abgeleitetes Bild · ein mögliches Aussehen</translation>
    </message>
    <message>
        <source>Choose picture {number}: {title}</source>
        <translation>Bild {number} wählen: {title}</translation>
    </message>
    <message>
        <source>Choose it for an overlay, a blink or a difference ({number})</source>
        <translation>Zum Überlagern, Wechseln oder für die Differenz wählen ({number})</translation>
    </message>
    <message>
        <source>What can be done with picture {number}</source>
        <translation>Was mit Bild {number} getan werden kann</translation>
    </message>
    <message>
        <source>Aligned on the eyes that a run recorded (face {number})</source>
        <translation>Ausgerichtet an den Augen, die ein Lauf aufgezeichnet hat (Gesicht {number})</translation>
    </message>
    <message>
        <source>No face is on record for this image: shown whole, not aligned</source>
        <translation>Für dieses Bild ist kein Gesicht aufgezeichnet: ganz gezeigt, nicht ausgerichtet</translation>
    </message>
    <message>
        <source>Looking for the face…</source>
        <translation>Das Gesicht wird gesucht…</translation>
    </message>
    <message>
        <source>The faces could not be looked for: shown whole, not aligned</source>
        <translation>Die Gesichter konnten nicht gesucht werden: ganz gezeigt, nicht ausgerichtet</translation>
    </message>
    <message>
        <source>No face was found: shown whole, not aligned</source>
        <translation>Kein Gesicht wurde gefunden: ganz gezeigt, nicht ausgerichtet</translation>
    </message>
    <message>
        <source>Aligned on face {number} of {count} that were found (N: the next one)</source>
        <translation>Ausgerichtet an Gesicht {number} von {count} gefundenen (N: das nächste)</translation>
    </message>
    <message>
        <source>Aligned on the eyes that were found</source>
        <translation>Ausgerichtet an den Augen, die gefunden wurden</translation>
    </message>
    <message>
        <source>Reading the picture…</source>
        <translation>Das Bild wird gelesen…</translation>
    </message>
    <message>
        <source>Its file is missing, altered or cannot be decoded.</source>
        <translation>Seine Datei fehlt, ist verändert oder nicht lesbar.</translation>
    </message>
    <message>
        <source>Move towards the front</source>
        <translation>Nach vorn rücken</translation>
    </message>
    <message>
        <source>Move towards the end</source>
        <translation>Nach hinten rücken</translation>
    </message>
    <message>
        <source>Align on the next face</source>
        <translation>Am nächsten Gesicht ausrichten</translation>
    </message>
    <message>
        <source>Replace…</source>
        <translation>Ersetzen…</translation>
    </message>
    <message>
        <source>Take out of the comparison</source>
        <translation>Aus dem Vergleich nehmen</translation>
    </message>
    <message>
        <source>Take out of the comparison (Delete)</source>
        <translation>Aus dem Vergleich nehmen (Entf)</translation>
    </message>
    <message>
        <source>Move, replace, take out, notes</source>
        <translation>Rücken, ersetzen, herausnehmen, Notizen</translation>
    </message>
    <message>
        <source>Arrows move the cross, Enter sets the note, Esc stops</source>
        <translation>Pfeile rücken das Kreuz, Eingabe setzt die Notiz, Esc bricht ab</translation>
    </message>
    <message>
        <source>Arrows move the cross, Enter sets tail and head, Esc stops</source>
        <translation>Pfeile rücken das Kreuz, Eingabe setzt Anfang und Spitze, Esc bricht ab</translation>
    </message>
    <message>
        <source>Arrows move the cross, Enter sets both ends, Esc stops</source>
        <translation>Pfeile rücken das Kreuz, Eingabe setzt beide Enden, Esc bricht ab</translation>
    </message>
    <message>
        <source>Place a note</source>
        <translation>Notiz setzen</translation>
    </message>
    <message>
        <source>Draw an arrow</source>
        <translation>Pfeil zeichnen</translation>
    </message>
    <message>
        <source>Measure a line</source>
        <translation>Strecke messen</translation>
    </message>
    <message>
        <source>Notes on this picture…</source>
        <translation>Notizen auf diesem Bild…</translation>
    </message>
    <message>
        <source>Export with notes…</source>
        <translation>Mit Notizen exportieren…</translation>
    </message>
    <message>
        <source>Print with notes…</source>
        <translation>Mit Notizen drucken…</translation>
    </message>
</context>
<context>
    <name>Captions</name>
    <message>
        <source>age not stated</source>
        <translation>Alter nicht angegeben</translation>
    </message>
    <message>
        <source>{age} years</source>
        <translation>{age} Jahre</translation>
    </message>
    <message>
        <source>Photograph as received</source>
        <translation>Fotografie wie erhalten</translation>
    </message>
    <message>
        <source>mean of the variants</source>
        <translation>Mittel der Varianten</translation>
    </message>
    <message>
        <source>spread of the variants</source>
        <translation>Streuung der Varianten</translation>
    </message>
    <message>
        <source>variant {number}</source>
        <translation>Variante {number}</translation>
    </message>
    <message>
        <source>adapter {name}</source>
        <translation>Adapter {name}</translation>
    </message>
    <message>
        <source>no adapter</source>
        <translation>kein Adapter</translation>
    </message>
    <message>
        <source>pack {name}</source>
        <translation>Paket {name}</translation>
    </message>
    <message>
        <source>{run} from {number}</source>
        <translation>{run} aus {number}</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>verworfen</translation>
    </message>
</context>
<context>
    <name>PairControls</name>
    <message>
        <source>How much of the second picture is seen</source>
        <translation>Wie viel vom zweiten Bild zu sehen ist</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>How long each picture is shown, in seconds</source>
        <translation>Wie lange jedes Bild gezeigt wird, in Sekunden</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>How strongly the difference is shown</source>
        <translation>Wie stark die Differenz gezeigt wird</translation>
    </message>
    <message>
        <source>The difference of the pictures' luminance, pixel by pixel: black is alike. It shows differences of light, pose and expression as well as of the face, and proves nothing.</source>
        <translation>Die Differenz der Helligkeit beider Bilder, Pixel für Pixel: Schwarz ist gleich. Sie zeigt Unterschiede von Licht, Haltung und Mimik ebenso wie des Gesichts und beweist nichts.</translation>
    </message>
    <message>
        <source>shown {times} times as strong</source>
        <translation>{times}-fach verstärkt gezeigt</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Each for</source>
        <translation>Jedes für</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>{pixels} px (eyes not known)</source>
        <translation>{pixels} px (Augen nicht bekannt)</translation>
    </message>
    <message>
        <source>{pixels} px = {share} eye distances</source>
        <translation>{pixels} px = {share} Augenabstände</translation>
    </message>
</context>
<context>
    <name>NoteExport</name>
    <message>
        <source>Export with notes</source>
        <translation>Mit Notizen exportieren</translation>
    </message>
    <message>
        <source>PNG picture (*.png);;JPEG picture (*.jpg)</source>
        <translation>PNG-Bild (*.png);;JPEG-Bild (*.jpg)</translation>
    </message>
    <message>
        <source>{name} was written to {file} with its notes; that is recorded.</source>
        <translation>{name} wurde mit seinen Notizen in {file} geschrieben; das ist aufgezeichnet.</translation>
    </message>
    <message>
        <source>{name} went to the printer with its notes; that is recorded.</source>
        <translation>{name} ging mit seinen Notizen an den Drucker; das ist aufgezeichnet.</translation>
    </message>
    <message>
        <source>The printer did not take the picture. It is on record as printed.</source>
        <translation>Der Drucker hat das Bild nicht angenommen. Es ist als gedruckt aufgezeichnet.</translation>
    </message>
</context>
<context>
    <name>NoteDialog</name>
    <message>
        <source>Note on {picture}</source>
        <translation>Notiz auf {picture}</translation>
    </message>
    <message>
        <source>Arrow on {picture}</source>
        <translation>Pfeil auf {picture}</translation>
    </message>
    <message>
        <source>Measured line on {picture}</source>
        <translation>Gemessene Strecke auf {picture}</translation>
    </message>
    <message>
        <source>Record it</source>
        <translation>Aufzeichnen</translation>
    </message>
    <message>
        <source>What it says</source>
        <translation>Was sie sagt</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>A photograph has no scale: a length in it is no length in the world.</source>
        <translation>Eine Fotografie hat keinen Maßstab: eine Länge in ihr ist keine Länge in der Welt.</translation>
    </message>
</context>
<context>
    <name>AmendNoteDialog</name>
    <message>
        <source>Withdraw {note}</source>
        <translation>{note} zurückziehen</translation>
    </message>
    <message>
        <source>Withdraw it</source>
        <translation>Zurückziehen</translation>
    </message>
    <message>
        <source>Amend {note}</source>
        <translation>{note} berichtigen</translation>
    </message>
    <message>
        <source>Amend it</source>
        <translation>Berichtigen</translation>
    </message>
    <message>
        <source>What it says</source>
        <translation>Was sie sagt</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Every version stays on record, with the reason, you as examiner and the time.</source>
        <translation>Jede Fassung bleibt aufgezeichnet, mit dem Grund, Ihnen als Untersucher und der Zeit.</translation>
    </message>
</context>
<context>
    <name>NotesDialog</name>
    <message>
        <source>Notes on {picture}</source>
        <translation>Notizen auf {picture}</translation>
    </message>
    <message>
        <source>Notes, with every former version</source>
        <translation>Notizen mit allen früheren Fassungen</translation>
    </message>
    <message>
        <source>Amend…</source>
        <translation>Berichtigen…</translation>
    </message>
    <message>
        <source>Withdraw…</source>
        <translation>Zurückziehen…</translation>
    </message>
    <message>
        <source>withdrawn</source>
        <translation>zurückgezogen</translation>
    </message>
    <message>
        <source>stands</source>
        <translation>gilt</translation>
    </message>
    <message>
        <source>former version</source>
        <translation>frühere Fassung</translation>
    </message>
    <message>
        <source>Reason: {reason}</source>
        <translation>Grund: {reason}</translation>
    </message>
</context>
<context>
    <name>CaseworkMark</name>
    <message>
        <source>Not for casework</source>
        <translation>Nicht für Fallarbeit</translation>
    </message>
    <message>
        <source>Its licence allows evaluation and training only: use no picture made with it in a case.</source>
        <translation>Seine Lizenz erlaubt nur Erprobung und Training: Kein damit erzeugtes Bild darf in einem Fall verwendet werden.</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Decisions</source>
        <translation>Entscheidungen</translation>
    </message>
    <message>
        <source>Reasons for decisions…</source>
        <translation>Gründe für Entscheidungen…</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Best available</source>
        <translation>Bestes verfügbares</translation>
    </message>
    <message>
        <source>CUDA card</source>
        <translation>CUDA-Karte</translation>
    </message>
    <message>
        <source>chosen by the engine</source>
        <translation>vom Verfahren gewählt</translation>
    </message>
    <message>
        <source>First and last name</source>
        <translation>Vor- und Nachname</translation>
    </message>
    <message>
        <source>&amp;Tell the desktop when a run has ended</source>
        <translation>Dem Desktop &amp;melden, wenn ein Lauf zu Ende ist</translation>
    </message>
    <message>
        <source>The open casebook goes on under the name {name}; another one counts from the next.</source>
        <translation>Das offene Fallbuch wird unter dem Namen {name} weitergeführt; ein anderer gilt ab dem nächsten.</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>S&amp;prache</translation>
    </message>
    <message>
        <source>Te&amp;xt size</source>
        <translation>Te&amp;xtgröße</translation>
    </message>
    <message>
        <source>Who works here?</source>
        <translation>Wer arbeitet hier?</translation>
    </message>
    <message>
        <source>&amp;Examiner</source>
        <translation>&amp;Untersucher</translation>
    </message>
    <message>
        <source>Laboratory</source>
        <translation>Labor</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Anschrift</translation>
    </message>
    <message>
        <source>Conta&amp;ct</source>
        <translation>&amp;Kontakt</translation>
    </message>
    <message>
        <source>Every report begins with these; each can be changed there.</source>
        <translation>Jeder Bericht beginnt mit diesen Angaben; jede lässt sich dort ändern.</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>&amp;Gerät</translation>
    </message>
    <message>
        <source>CPU t&amp;hreads</source>
        <translation>CPU-T&amp;hreads</translation>
    </message>
    <message>
        <source>The device and the threads of each run are in its record.</source>
        <translation>Gerät und Threads jedes Laufs stehen in seiner Aufzeichnung.</translation>
    </message>
    <message>
        <source>Notification</source>
        <translation>Benachrichtigung</translation>
    </message>
    <message>
        <source>A change counts at once and is remembered.</source>
        <translation>Eine Änderung gilt sofort und bleibt erhalten.</translation>
    </message>
    <message>
        <source>The language changes when the window is opened again.</source>
        <translation>Die Sprache wechselt, wenn das Fenster wieder geöffnet wird.</translation>
    </message>
</context>
<context>
    <name>ManualWindow</name>
    <message>
        <source>Manual</source>
        <translation>Handbuch</translation>
    </message>
    <message>
        <source>Search the manual</source>
        <translation>Handbuch durchsuchen</translation>
    </message>
    <message>
        <source>Chapters</source>
        <translation>Kapitel</translation>
    </message>
    <message>
        <source>Chapter</source>
        <translation>Kapitel</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>Nächste Stelle</translation>
    </message>
    <message>
        <source>The manual is not installed with this program.</source>
        <translation>Das Handbuch ist mit diesem Programm nicht installiert.</translation>
    </message>
    <message>
        <source>{count} places</source>
        <translation>{count} Stellen</translation>
    </message>
    <message>
        <source>No chapter holds these words.</source>
        <translation>Kein Kapitel enthält diese Wörter.</translation>
    </message>
    <message>
        <source>This link leads out of the manual and is not opened: {target}</source>
        <translation>Dieser Verweis führt aus dem Handbuch hinaus und wird nicht geöffnet: {target}</translation>
    </message>
</context>
<context>
    <name>SigningFields</name>
    <message>
        <source>Sign the PDF as the laboratory</source>
        <translation>PDF als Labor signieren</translation>
    </message>
    <message>
        <source>Passphrase of the laboratory's key, or PIN of its token</source>
        <translation>Passphrase des Laborschlüssels oder PIN seines Tokens</translation>
    </message>
    <message>
        <source>with a field for a reviewer's signature</source>
        <translation>mit einem Feld für die Unterschrift eines Prüfers</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Passp&amp;hrase</source>
        <translation>Passp&amp;hrase</translation>
    </message>
    <message>
        <source>Sign the PDF as {laboratory}</source>
        <translation>PDF als {laboratory} signieren</translation>
    </message>
    <message>
        <source>Sign the PDF (this workstation has no identity: Tools)</source>
        <translation>PDF signieren (dieser Rechner hat keine Identität: Extras)</translation>
    </message>
</context>
<context>
    <name>StyleStrip</name>
    <message>
        <source>Styles of the pack, drawn as a preview</source>
        <translation>Stile des Pakets, als Vorschau gezeichnet</translation>
    </message>
    <message>
        <source>{style}: preview, not a result</source>
        <translation>{style}: Vorschau, kein Ergebnis</translation>
    </message>
    <message>
        <source>A preview, not a result: it is recorded nowhere. Start the run to have the sketch.</source>
        <translation>Eine Vorschau, kein Ergebnis: Sie wird nirgends aufgezeichnet. Starten Sie den Lauf, um die Skizze zu erhalten.</translation>
    </message>
    <message>
        <source>Drawing the preview: {done} of {count} styles.</source>
        <translation>Die Vorschau wird gezeichnet: {done} von {count} Stilen.</translation>
    </message>
</context>
<context>
    <name>PreviewStrip</name>
    <message>
        <source>State of the preview</source>
        <translation>Stand der Vorschau</translation>
    </message>
    <message>
        <source>There is a preview only with the face analyser {name}.</source>
        <translation>Eine Vorschau gibt es nur mit der Gesichtsanalyse {name}.</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>No preview: {reason}</source>
        <translation>Keine Vorschau: {reason}</translation>
    </message>
    <message>
        <source>The preview could not be drawn.</source>
        <translation>Die Vorschau konnte nicht gezeichnet werden.</translation>
    </message>
</context>
<context>
    <name>AgeStrip</name>
    <message>
        <source>The chosen ages, drawn as a preview</source>
        <translation>Die gewählten Alter, als Vorschau gezeichnet</translation>
    </message>
    <message>
        <source>Show preview</source>
        <translation>Vorschau zeigen</translation>
    </message>
    <message>
        <source>Licence of {name}…</source>
        <translation>Lizenz von {name}…</translation>
    </message>
    <message>
        <source>{age:g} years</source>
        <translation>{age:g} Jahre</translation>
    </message>
    <message>
        <source>{age}: preview, not a result</source>
        <translation>{age}: Vorschau, kein Ergebnis</translation>
    </message>
    <message>
        <source>Reading the model packs…</source>
        <translation>Die Modellpakete werden gelesen…</translation>
    </message>
    <message>
        <source>There is no pack {name} here to draw a preview.</source>
        <translation>Hier ist kein Paket {name}, das eine Vorschau zeichnen könnte.</translation>
    </message>
    <message>
        <source>For a preview, read and accept the licence of the pack {name} too.</source>
        <translation>Für eine Vorschau lesen Sie auch die Lizenz des Pakets {name} und nehmen Sie sie an.</translation>
    </message>
    <message>
        <source>Preview, not a result: drawn by the quick autoencoder, recorded nowhere.</source>
        <translation>Vorschau, kein Ergebnis: vom schnellen Autoencoder gezeichnet, nirgends aufgezeichnet.</translation>
    </message>
    <message>
        <source>The first {most} of {count} ages.</source>
        <translation>Die ersten {most} von {count} Altern.</translation>
    </message>
    <message>
        <source>Drawing the preview: {done} of {count} ages.</source>
        <translation>Die Vorschau wird gezeichnet: {done} von {count} Altern.</translation>
    </message>
</context>
<context>
    <name>SketchGallery</name>
    <message>
        <source>Sketches of this image</source>
        <translation>Skizzen dieses Bildes</translation>
    </message>
    <message>
        <source>the image itself</source>
        <translation>das Bild selbst</translation>
    </message>
    <message>
        <source>{image} of {run}: {words}</source>
        <translation>{image} aus {run}: {words}</translation>
    </message>
</context>
<context>
    <name>RelativesField</name>
    <message>
        <source>Relatives are chosen in a run on one photograph.</source>
        <translation>Angehörige werden in einem Lauf mit einem einzelnen Foto gewählt.</translation>
    </message>
    <message>
        <source>Draw towards {name}</source>
        <translation>Annähern an {name}</translation>
    </message>
    <message>
        <source>Share of {name}</source>
        <translation>Anteil von {name}</translation>
    </message>
    <message>
        <source>{kinship}: {name}</source>
        <translation>{kinship}: {name}</translation>
    </message>
    <message>
        <source>age not stated</source>
        <translation>Alter nicht angegeben</translation>
    </message>
    <message>
        <source>{age} years</source>
        <translation>{age} Jahre</translation>
    </message>
    <message>
        <source>The case has no photograph of this person.</source>
        <translation>Der Fall hat kein Foto dieser Person.</translation>
    </message>
    <message>
        <source>Cannot be chosen: no consent of this person is recorded (Overview, Consents…).</source>
        <translation>Nicht wählbar: Von dieser Person ist keine Einwilligung eingetragen (Überblick, Einwilligungen …).</translation>
    </message>
    <message>
        <source>Cannot be chosen: the consent {number} was withdrawn on {time}.</source>
        <translation>Nicht wählbar: Die Einwilligung {number} wurde am {time} widerrufen.</translation>
    </message>
    <message>
        <source>Cannot be chosen: the consent {number} ended on {day}.</source>
        <translation>Nicht wählbar: Die Einwilligung {number} endete am {day}.</translation>
    </message>
    <message>
        <source>No relative of this person is recorded (Overview, Relatives…).</source>
        <translation>Zu dieser Person sind keine Angehörigen eingetragen (Überblick, Angehörige …).</translation>
    </message>
    <message>
        <source>What this does to the likeness is not measured. The shares together are at most {most} %; the same run without relatives is made beside it.</source>
        <translation>Was das mit der Ähnlichkeit macht, ist nicht gemessen. Die Anteile sind zusammen höchstens {most} %; derselbe Lauf ohne Angehörige wird daneben gemacht.</translation>
    </message>
</context>
<context>
    <name>RelativesDialog</name>
    <message>
        <source>Relatives of {name}</source>
        <translation>Angehörige von {name}</translation>
    </message>
    <message>
        <source>Relatives</source>
        <translation>Angehörige</translation>
    </message>
    <message>
        <source>Record a relative…</source>
        <translation>Angehörigen eintragen …</translation>
    </message>
    <message>
        <source>Take back…</source>
        <translation>Zurücknehmen …</translation>
    </message>
    <message>
        <source>A run may be drawn towards photographs of recorded relatives, each only under that person's own consent. Both are subjects of this case.</source>
        <translation>Ein Lauf darf Bilder an Fotos eingetragener Angehöriger annähern, jeweils nur mit deren eigener Einwilligung. Beide sind Personen dieses Falls.</translation>
    </message>
    <message>
        <source>There is nobody else in this case. Add the relative as a subject first.</source>
        <translation>In diesem Fall ist sonst niemand. Legen Sie den Angehörigen zuerst als Person an.</translation>
    </message>
    <message>
        <source>taken back: {reason}</source>
        <translation>zurückgenommen: {reason}</translation>
    </message>
    <message>
        <source>consent holds</source>
        <translation>Einwilligung gilt</translation>
    </message>
    <message>
        <source>no consent that holds: photographs cannot be chosen</source>
        <translation>keine gültige Einwilligung: Fotos sind nicht wählbar</translation>
    </message>
    <message>
        <source>{source}  ·  recorded by {examiner}, {time}</source>
        <translation>{source}  ·  eingetragen von {examiner}, {time}</translation>
    </message>
</context>
<context>
    <name>RecordRelativeDialog</name>
    <message>
        <source>Relative of {name}</source>
        <translation>Angehöriger von {name}</translation>
    </message>
    <message>
        <source>Record the relative</source>
        <translation>Angehörigen eintragen</translation>
    </message>
    <message>
        <source>Where that is known from, such as a register</source>
        <translation>Woher das bekannt ist, etwa aus einem Register</translation>
    </message>
    <message>
        <source>&amp;Person</source>
        <translation>&amp;Person</translation>
    </message>
    <message>
        <source>&amp;Is the</source>
        <translation>&amp;Ist</translation>
    </message>
    <message>
        <source>&amp;Source</source>
        <translation>&amp;Quelle</translation>
    </message>
</context>
<context>
    <name>TakeBackRelativeDialog</name>
    <message>
        <source>Take back: {kinship} {name}</source>
        <translation>Zurücknehmen: {kinship} {name}</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Kept in the record and in the custody log</source>
        <translation>Steht im Eintrag und in der Beweiskette</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>&amp;Reason</source>
        <translation>&amp;Grund</translation>
    </message>
    <message>
        <source>The record stays, with your name, the time and the reason. No run is drawn towards this person's photographs any more; runs that were stay as they are.</source>
        <translation>Der Eintrag bleibt, mit Ihrem Namen, der Zeit und dem Grund. Kein Lauf nähert Bilder mehr an Fotos dieser Person an; frühere Läufe bleiben, wie sie sind.</translation>
    </message>
</context>
<context>
    <name>LeadsDialog</name>
    <message>
        <source>It is unclear which face is meant. Choose its number in the field “Face”; 1 is the largest, then in order of size.</source>
        <translation>Es ist unklar, welches Gesicht gemeint ist. Wählen Sie seine Nummer im Feld „Gesicht“; 1 ist das größte, dann der Größe nach.</translation>
    </message>
    <message>
        <source>the clear one</source>
        <translation>das eindeutige</translation>
    </message>
    <message>
        <source>Face of the picture, 1 = largest</source>
        <translation>Gesicht des Bildes, 1 = größtes</translation>
    </message>
    <message>
        <source>F&amp;ace</source>
        <translation>G&amp;esicht</translation>
    </message>
    <message>
        <source>Leads from the photograph {number}</source>
        <translation>Hinweise aus dem Foto {number}</translation>
    </message>
    <message>
        <source>Model pack for the ages</source>
        <translation>Modellpaket für die Alter</translation>
    </message>
    <message>
        <source>Model pack for the sketches</source>
        <translation>Modellpaket für die Skizzen</translation>
    </message>
    <message>
        <source>Loading the matcher</source>
        <translation>Der Vergleicher wird geladen</translation>
    </message>
    <message>
        <source>There is no gallery to search in.</source>
        <translation>Es gibt keine Galerie, in der gesucht werden kann.</translation>
    </message>
    <message>
        <source>Make one on the page of searches.</source>
        <translation>Legen Sie auf der Seite „Suche“ eine an.</translation>
    </message>
    <message>
        <source>A model pack is missing.</source>
        <translation>Ein Modellpaket fehlt.</translation>
    </message>
    <message>
        <source>Import one on the page “Model packs”.</source>
        <translation>Importieren Sie eines auf der Seite „Modellpakete“.</translation>
    </message>
    <message>
        <source>The licence of a model pack is not accepted.</source>
        <translation>Die Lizenz eines Modellpakets ist nicht angenommen.</translation>
    </message>
    <message>
        <source>Read and accept it first.</source>
        <translation>Lesen Sie sie und nehmen Sie sie zuerst an.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>The gallery has too few people for this FMR. Enrol more, or choose a higher FMR.</source>
        <translation>Die Galerie hat für diese FMR zu wenige Personen. Nehmen Sie mehr auf oder wählen Sie eine höhere FMR.</translation>
    </message>
    <message>
        <source>Stopped. What was done is recorded, and the same question goes on from there.</source>
        <translation>Angehalten. Was getan wurde, ist festgehalten; dieselbe Frage geht von dort aus weiter.</translation>
    </message>
    <message>
        <source>No gallery is here</source>
        <translation>Keine Galerie ist hier</translation>
    </message>
    <message>
        <source>Gallery</source>
        <translation>Galerie</translation>
    </message>
    <message>
        <source>Style of the sketches</source>
        <translation>Stil der Skizzen</translation>
    </message>
    <message>
        <source>False match rate that the threshold is set at</source>
        <translation>Rate falscher Treffer, auf die die Schwelle gesetzt wird</translation>
    </message>
    <message>
        <source>Most candidates of each search</source>
        <translation>Höchstens so viele Kandidaten jeder Suche</translation>
    </message>
    <message>
        <source>Find leads</source>
        <translation>Hinweise suchen</translation>
    </message>
    <message>
        <source>Show the column's search</source>
        <translation>Suche der Spalte zeigen</translation>
    </message>
    <message>
        <source>Candidates side by side with the picture, and decisions on them</source>
        <translation>Kandidaten neben dem Bild, und Entscheidungen über sie</translation>
    </message>
    <message>
        <source>&amp;Gallery</source>
        <translation>&amp;Galerie</translation>
    </message>
    <message>
        <source>St&amp;yle</source>
        <translation>&amp;Stil</translation>
    </message>
    <message>
        <source>&amp;FMR</source>
        <translation>&amp;FMR</translation>
    </message>
    <message>
        <source>At &amp;most</source>
        <translation>&amp;Höchstens</translation>
    </message>
    <message>
        <source>The face is shown at other ages, each of these is drawn as a sketch, and the gallery is searched with the untouched photograph and with each picture. Every stage is a run or a search of its own.</source>
        <translation>Das Gesicht wird in anderen Altern gezeigt, jedes davon als Skizze gezeichnet, und in der Galerie wird mit dem unberührten Foto und mit jedem Bild gesucht. Jede Stufe ist ein eigener Lauf oder eine eigene Suche.</translation>
    </message>
</context>
<context>
    <name>LeadsTable</name>
    <message>
        <source>Candidates by stage</source>
        <translation>Kandidaten nach Stufe</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
</context>
<context>
    <name>LeadsWords</name>
    <message>
        <source>Waiting in the queue</source>
        <translation>Wartet in der Warteliste</translation>
    </message>
    <message>
        <source>The queue is paused: let it go on, or stop</source>
        <translation>Die Warteliste ist angehalten: Lassen Sie sie weiterlaufen oder halten Sie an</translation>
    </message>
    <message>
        <source>Photograph
{name}</source>
        <translation>Foto
{name}</translation>
    </message>
    <message>
        <source>Sketch at {age} years
{name}</source>
        <translation>Skizze mit {age} Jahren
{name}</translation>
    </message>
    <message>
        <source>Shown at {age} years
{name}</source>
        <translation>Gezeigt mit {age} Jahren
{name}</translation>
    </message>
    <message>
        <source>{rank}.  {score}  above</source>
        <translation>{rank}.  {score}  darüber</translation>
    </message>
    <message>
        <source>{rank}.  {score}</source>
        <translation>{rank}.  {score}</translation>
    </message>
    <message>
        <source>The score of a derived image or of a sketch is no evidence of identity: the program made both from the photograph, and both may be like somebody else. Read the photograph's column first; who stands in another one alone is no better a lead for that.</source>
        <translation>Der Wert eines abgeleiteten Bildes oder einer Skizze ist kein Beweis der Identität: Das Programm hat beide aus dem Foto gemacht, und beide können jemand anderem gleichen. Lesen Sie zuerst die Spalte des Fotos; wer nur in einer anderen steht, ist deshalb kein besserer Hinweis.</translation>
    </message>
    <message>
        <source>Nothing is known of the threshold {threshold}: the gallery has too few people.</source>
        <translation>Von der Schwelle {threshold} ist nichts bekannt: Die Galerie hat zu wenige Personen.</translation>
    </message>
    <message>
        <source>“Above”: at or above the threshold {threshold}, at which {rate} of {comparisons} comparisons of photographs of different people in the gallery match (FMR). How often a derived image or a sketch of somebody else is above it is not known here.</source>
        <translation>„Darüber“: an oder über der Schwelle {threshold}, an der {rate} von {comparisons} Vergleichen von Fotos verschiedener Personen der Galerie übereinstimmen (FMR). Wie oft ein abgeleitetes Bild oder eine Skizze von jemand anderem darüber liegt, ist hier nicht bekannt.</translation>
    </message>
    <message>
        <source>{title}: not searched with. {why}</source>
        <translation>{title}: Damit wurde nicht gesucht. {why}</translation>
    </message>
    <message>
        <source>Stopped. What was done is recorded, and the same question goes on from there.</source>
        <translation>Angehalten. Was getan wurde, ist festgehalten; dieselbe Frage geht von dort aus weiter.</translation>
    </message>
    <message>
        <source>Not every stage was reached: {told} What was done before is recorded.</source>
        <translation>Nicht jede Stufe wurde erreicht: {told} Was davor getan wurde, ist festgehalten.</translation>
    </message>
    <message>
        <source>Every stage is on record as a run or a search of its own.</source>
        <translation>Jede Stufe ist als eigener Lauf oder eigene Suche festgehalten.</translation>
    </message>
</context>
</TS>
