"""Signatures of a report by pyHanko (extra `sign`): made of what was found true, and checked.

A signature is an addition at the end of the PDF (PAdES B-B), which shows nothing and leaves every other byte as it was.
"""

from __future__ import annotations

import getpass
import hashlib
import io
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.verify import confined
from ronkyo.verify.check import Check
from ronkyo.verify.confined import Refused
from ronkyo.verify.container import Report

PASSPHRASE = "RONKYO_PASSPHRASE"
NEEDED = "needs pyHanko, which is not installed: pip install 'ronkyo[sign]'"
FIELD = "Signature"  # the first one; later ones are numbered


def sign(path: Path, key: Path, output: Path) -> str:
    """Write the PDF `path` with a signature by the key in a PKCS #12 file; return whose it is.

    The passphrase is that of the environment, or asked for on a terminal. Raises UserError for a key that cannot be read.
    """
    if find_spec("pyhanko") is None:
        raise UserError(f"--sign {NEEDED}")
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Nothing: pyHanko would write the XMP again with the hour, and lose what PDF/A wants described in it."""

    content = path.read_bytes()
    if not content.startswith(b"%PDF-"):
        raise UserError(f"--sign: expected a PDF, found {path}")
    signer = _signer(key)
    writer = Writer(io.BytesIO(content))
    number = len(writer.prev.embedded_signatures)
    field = fields.SigFieldSpec(
        f"{FIELD}{number + 1 if number else ''}",
        # Outside of the page, or PDF/UA would have it among the tags.
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
    )
    about = signers.PdfSignatureMetadata(
        field_name=field.sig_field_name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signed = signers.sign_pdf(writer, about, signer, new_field_spec=field)
    files.write_bytes(output, signed.getvalue())
    return _named(signer.signing_cert)["of"]


def _signer(key: Path) -> Any:
    from pyhanko.sign import signers

    try:
        content = key.read_bytes()
    except OSError as error:
        raise UserError(f"--sign {key}: expected a PKCS #12 file, found {error.strerror}") from error
    try:
        return signers.SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=_passphrase(key))
    except (TypeError, ValueError) as error:
        raise UserError(f"--sign {key}: expected a PKCS #12 file and its passphrase, found {error}") from error


def _passphrase(key: Path) -> bytes:
    if (passphrase := os.environ.get(PASSPHRASE)) is None:
        if not sys.stdin.isatty():
            raise UserError(f"--sign {key}: expected its passphrase in {PASSPHRASE}, found no such variable")
        passphrase = getpass.getpass(f"passphrase of {key}: ")
    return passphrase.encode()


def check(report: Report, signer: Path | None) -> list[Check]:
    """Nothing where it is not signed and no signature is asked for.

    signer: the file of the certificate that the signature is to be of, PEM or DER
    """
    content = report.path.read_bytes() if report.kind == "pdf" else b""
    is_signed = b"/ByteRange" in content
    if find_spec("pyhanko") is None:
        if signer:
            raise UserError(f"--signer {NEEDED}")
        return [Check("signature", "", unknown=[f"its signature: {NEEDED}"])] if is_signed else []
    wanted = _certificate(signer) if signer else None
    found = confined.call(read, content, report.path) if is_signed else []
    if not found and not wanted:
        return []
    return [_check(found, wanted)]


def _check(found: list[dict[str, Any]], wanted: Mapping[str, str] | None) -> Check:
    """Each signature is intact, the last one covers the whole file, and one that does so is of the wanted certificate."""
    lines = [
        f"signature of {one['of']}: expected the file as it was signed, found a changed one"
        for one in found
        if not one["intact"]
    ]
    if found and not found[-1]["whole"]:
        lines.append(f"signature of {found[-1]['of']}: expected nothing behind what it covers, found a later change")
    looked_at = ", ".join(f"{one['of']} (certificate {one['certificate'][:16]}…)" for one in found)
    if wanted is None:
        return Check("signature", looked_at, lines, ["whose key it is: --signer CERT.pem says which one to expect"])
    if not any(one["certificate"] == wanted["certificate"] and one["whole"] for one in found):
        lines.append(f"expected a signature of {wanted['of']} on the whole file, found {looked_at or 'none'}")
    return Check("signature", looked_at, lines)


def _certificate(path: Path) -> dict[str, str]:
    from asn1crypto import pem, x509

    try:
        content = path.read_bytes()
        if pem.detect(content):
            _, _, content = pem.unarmor(content)
        return _named(x509.Certificate.load(content))
    except OSError as error:
        raise UserError(f"--signer {path}: expected a certificate, found {error.strerror}") from error
    except (TypeError, ValueError) as error:
        raise UserError(f"--signer {path}: expected a certificate, found {' '.join(str(error).split())}") from error


def _named(certificate: Any) -> dict[str, str]:
    names = certificate.subject
    name = str(names.native.get("common_name", names.human_friendly))
    return {"of": name, "certificate": hashlib.sha256(certificate.dump()).hexdigest()}


def read(content: bytes) -> list[dict[str, Any]]:
    """Of each signature: whose it is, the SHA-256 of its certificate, whether what it covers is as it was signed, and
    whether it covers the whole file. Where `confined` runs it."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    found = []
    try:
        for signature in PdfFileReader(io.BytesIO(content)).embedded_signatures:
            context = ValidationContext(trust_roots=[], allow_fetching=False)
            status = validate_pdf_signature(signature, context, skip_diff=True)
            whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
            found.append({**_named(signature.signer_cert), "intact": status.intact and status.valid, "whole": whole})
    except (PdfError, SigningError, SignatureValidationError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"expected a signature that can be read, found {' '.join(str(error).split())}") from error
    return found
