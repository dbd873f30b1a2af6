"""Uploads: real pages, and what only looks like one."""

import io
import struct
import zlib

import pikepdf
from PIL import Image

__all__ = ["a_bomb", "a_jpeg_with_a_place", "a_pdf", "a_pdf_with_a_script", "a_png", "polyglot"]


def a_pdf(pages: int = 1) -> bytes:
    """A PDF of so many empty pages."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(out)
    return out.getvalue()


def a_pdf_with_a_script() -> bytes:
    """A PDF that runs a script when it is opened, holds a file, and says who wrote it."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Sikkerhetshull')")
        document.attachments["hemmelig.txt"] = pikepdf.AttachedFileSpec(
            document,
            b"Innhold i vedlegget",
            description="",
            filename="hemmelig.txt",
            mime_type="text/plain",
            creation_date="",
            mod_date="",
        )
        document.docinfo["/Author"] = "Forfatter Navnløs"
        page = document.pages[0]
        page["/AA"] = pikepdf.Dictionary(
            O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('Sikkerhetshull')")
        )
        document.save(out, compress_streams=False)
    return out.getvalue()


def a_png(size: tuple[int, int] = (40, 60)) -> bytes:
    """A photograph in PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


def a_jpeg_with_a_place(size: tuple[int, int] = (40, 60)) -> bytes:
    """A photograph in JPEG that says where and with what it was taken, and lies on its side."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Kameramerket"
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (59.0, 54.0, 41.0)
    Image.new("RGB", size, "white").save(out, "JPEG", exif=exif, comment=b"Kommentar i bildet")
    return out.getvalue()


def a_bomb(side: int = 30_000) -> bytes:
    """A PNG of some kilobytes that says it is `side` pixels wide and high."""
    row = zlib.compressobj(9)
    lines = b"".join(row.compress(b"\0" + bytes(side // 8)) for _ in range(side)) + row.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def polyglot() -> bytes:
    """A photograph in PNG, after whose end lies a web page."""
    return a_png() + b"<html><script>alert('Sikkerhetshull')</script></html>"
