"""Content credentials of a picture (C2PA): written under the laboratory's certificate, and read back.

Rules:
    * Nothing is fetched and nothing is sent: no time stamp, no list of revoked certificates, no remote manifest.
    * The manifest holds no picture, neither of the derived image nor of the photograph, which is named by its digest.
    * The library is an extra; where it is missing, that is said in words and nothing else is different.

References:
    C2PA Technical Specification 2.2 (2025): 15 (signatures), 18.15 (actions), 18.16 (ingredients), A.3 (trust).
"""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from forensic_app import __version__
from forensic_app.errors import InvalidInput
from forensic_app.identity.certificates import Credentials, pem
from forensic_app.identity.token import stays_on_token

ORIGIN_LABEL: Final = "org.forensic-app.origin"
MISSING: Final = (
    "No content credentials were added: the library is not installed (pip install forensic-app[c2pa])."
)
LOCKED: Final = (
    "No content credentials were added: the laboratory's certificate was not unlocked "
    "(with a passphrase, see identity)."
)
_CURVES: Final = {
    "secp256r1": ("ES256", hashes.SHA256()),
    "secp384r1": ("ES384", hashes.SHA384()),
    "secp521r1": ("ES512", hashes.SHA512()),
}
_PHOTOGRAPH = "photograph"
_SETTINGS: Final[dict[str, Any]] = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What content credentials say of a derived image, or of a sheet of several.

    Attributes:
        title: The picture's title, with no name of a person.
        source_type: Digital source type of the IPTC.
        system: Program, engine and model pack.
        version: Their versions.
        photograph_media_type: Of the photograph that the run worked on.
        photograph_sha256: Its digest; the photograph itself is not in the manifest.
        placed_sha256: Of a sheet, in place of a photograph: digests of the derived images that it shows.
        origin: Further identifiers and digests, text by name.
    """

    title: str
    source_type: str
    system: str
    version: str
    photograph_media_type: str
    photograph_sha256: str
    origin: Mapping[str, str]
    placed_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialsReading:
    """What content credentials of a file say.

    Attributes:
        is_valid: Whether the signature is valid and the file is the one that was signed.
        is_ours: Whether it was made under an authority that was named as trusted.
        signer: Whose certificate signed, as it says.
        origin: Identifiers and digests of a derived image of this program; empty for other pictures.
        faults: Codes of what did not validate.
    """

    is_valid: bool
    is_ours: bool
    signer: str
    origin: Mapping[str, str]
    faults: tuple[str, ...]


def is_available() -> bool:
    """Whether content credentials can be written and read here."""
    return importlib.util.find_spec("c2pa") is not None


def add_content_credentials(
    data: bytes, media_type: str, manifest: Manifest, credentials: Credentials
) -> bytes:
    """Return a picture's file with content credentials; its pixels and its other metadata are unchanged.

    Args:
        data: A PNG or JPEG file.
        media_type: ``image/png`` or ``image/jpeg``.
        manifest: What they say.
        credentials: Checked by :func:`forensic_app.identity.certificates.refuse_unfit`.

    Raises:
        InvalidInput: The library does not sign with this certificate.
    """
    import c2pa

    out = io.BytesIO()
    try:
        context = c2pa.Context(settings=c2pa.Settings.from_dict(_SETTINGS))
        builder = c2pa.Builder(_definition(manifest), context=context)
        builder.sign(_signer(credentials), media_type, io.BytesIO(data), out)
    except c2pa.C2paError as error:
        raise InvalidInput(
            f"The content credentials could not be signed with the laboratory's certificate: {error}",
            "Leave the passphrase out to export without content credentials, or use another certificate.",
        ) from error
    return out.getvalue()


def read_content_credentials(data: bytes, media_type: str, *, anchors: str = "") -> CredentialsReading | None:
    """Return what the content credentials of a file say, ``None`` where it has none.

    Args:
        data: The file.
        media_type: By its content.
        anchors: Certificates in PEM whose holders are trusted; none by default.
    """
    import c2pa

    settings = {**_SETTINGS, **({"trust": {"user_anchors": anchors}} if anchors else {})}
    try:
        context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
        with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
            told = json.loads(reader.json())
    except c2pa.C2paError as error:
        if "ManifestNotFound" in str(error):
            return None
        return CredentialsReading(False, False, "", {}, (str(error)[:200],))
    return _reading(told, has_anchors=bool(anchors))


def _definition(manifest: Manifest) -> dict[str, Any]:
    ingredients, actions = (_sheet if manifest.placed_sha256 else _edit)(manifest)
    return {
        "claim_generator_info": [{"name": "Forensic App", "version": __version__}],
        "title": manifest.title,
        "ingredients": ingredients,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": ORIGIN_LABEL, "data": dict(manifest.origin)},
        ],
    }


def _edit(manifest: Manifest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return ingredients and actions of a photograph that was changed."""
    photograph = {
        "title": "Photograph",
        "format": manifest.photograph_media_type,
        "relationship": "parentOf",
        "instance_id": f"urn:sha256:{manifest.photograph_sha256}",
        "label": _PHOTOGRAPH,
    }
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": manifest.source_type,
        "softwareAgent": {"name": manifest.system, "version": manifest.version},
        "description": "Derived image: one possible appearance, no photograph.",
    }
    return [photograph], [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PHOTOGRAPH]}},
        edited,
    ]


def _sheet(manifest: Manifest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return ingredients and actions of a sheet that derived images were put on."""
    names = [f"image{place}" for place in range(len(manifest.placed_sha256))]
    ingredients = [
        {
            "title": "Derived image",
            "format": "image/png",
            "relationship": "componentOf",
            "instance_id": f"urn:sha256:{digest}",
            "label": name,
        }
        for name, digest in zip(names, manifest.placed_sha256, strict=True)
    ]
    created = {
        "action": "c2pa.created",
        "digitalSourceType": manifest.source_type,
        "softwareAgent": {"name": manifest.system, "version": manifest.version},
        "description": "Sheet of derived images: possible appearances, no photographs.",
    }
    return ingredients, [created, {"action": "c2pa.placed", "parameters": {"ingredientIds": names}}]


def _signer(credentials: Credentials) -> Any:
    """Return what signs for the library.

    A key in memory is handed to the library, which then leaves room for one signature. For a key that stays on its
    token the library asks back, and leaves 10,000 bytes more, which it fills with zeros.
    """
    import c2pa

    algorithm, sign = _signing(credentials)
    chain = "".join(pem(each) for each in (credentials.certificate, *credentials.chain))
    named = getattr(c2pa.C2paSigningAlg, algorithm)
    if stays_on_token(credentials.key):
        return c2pa.Signer.from_callback(callback=sign, alg=named, certs=chain, tsa_url=None)
    secret = credentials.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(named, chain.encode(), secret, None))


def _signing(credentials: Credentials) -> tuple[str, Callable[[bytes], bytes]]:
    """Return the algorithm of a key, and what signs with it in the form that COSE has."""
    key = credentials.key
    if isinstance(key, rsa.RSAPrivateKey):
        way = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
        return "PS256", lambda data: key.sign(data, way, hashes.SHA256())
    algorithm, digest = _CURVES.get(key.curve.name, ("", hashes.SHA256()))
    if not algorithm:
        raise InvalidInput(
            f"Content credentials cannot be signed with a key on the curve {key.curve.name}.",
            "Use a certificate with a key on P-256, P-384 or P-521, or an RSA key.",
        )
    size_bytes = (key.curve.key_size + 7) // 8

    def sign(data: bytes) -> bytes:
        first, second = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return first.to_bytes(size_bytes, "big") + second.to_bytes(size_bytes, "big")

    return algorithm, sign


def _reading(told: Any, *, has_anchors: bool) -> CredentialsReading:
    manifests = told.get("manifests") or {}
    active = manifests.get(told.get("active_manifest")) or {}
    signature = active.get("signature_info") or {}
    faults = tuple(str(each.get("code", "")) for each in told.get("validation_status") or ())
    own = [each for each in active.get("assertions") or () if each.get("label") == ORIGIN_LABEL]
    origin = own[0].get("data") if own else {}
    return CredentialsReading(
        is_valid=told.get("validation_state") in {"Valid", "Trusted"},
        is_ours=has_anchors and told.get("validation_state") == "Trusted",
        signer=str(signature.get("issuer") or signature.get("common_name") or "")[:200],
        origin={str(k): str(v) for k, v in origin.items()} if isinstance(origin, Mapping) else {},
        faults=faults,
    )
