"""What a file is by its content, whatever its name says.

In: the first bytes. Out: `zip`, `ole` or `text` for what may be a table; a Refusal that names the thing for
what is none: a program, a picture, a PDF, a web page that calls itself .xls.
"""

from __future__ import annotations

import re

from data_loaders.limits import Refusal, refusal

ZIP, OLE, TEXT = "zip", "ole", "text"

_SAVE_AS = "请用 Excel 或 WPS 打开,另存为 .xlsx 后重新提交。"
_WRONG_FILE = "请换成 Excel、WPS 表格或 CSV 文件。"
_UNPACK = "请解压后放进原始数据文件夹,或改用 zip 压缩。"

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"MZ", "Windows 程序(.exe)", "这个文件可能是病毒,请不要打开,并告诉发送的人。"),
    (b"\x7fELF", "Linux 程序", "这个文件可能是病毒,请不要打开,并告诉发送的人。"),
    (b"%PDF", "PDF 文件", "请向填报单位要原来的表格。"),
    (b"\x89PNG", "图片", "请向填报单位要原来的表格。"),
    (b"\xff\xd8\xff", "图片", "请向填报单位要原来的表格。"),
    (b"GIF8", "图片", "请向填报单位要原来的表格。"),
    (b"Rar!", "RAR 压缩包", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", _UNPACK),
    (b"\x1f\x8b", "gzip 压缩包", _UNPACK),
    (b"{\\rtf", "Word 文档(RTF)", _WRONG_FILE),
    (b"SQLite format 3\0", "数据库文件", _WRONG_FILE),
    (b"\x09\x00\x04\x00", "Excel 2 的旧格式", _SAVE_AS),
    (b"\x09\x02\x06\x00", "Excel 3 的旧格式", _SAVE_AS),
    (b"\x09\x04\x06\x00", "Excel 4 的旧格式", _SAVE_AS),
    (b"\x09\x08\x08\x00", "Excel 5 的旧格式", _SAVE_AS),
    (b"\x09\x08\x10\x00", "不完整的 Excel 97 文件", _SAVE_AS),
)
_WEB = re.compile(rb"<(?:!doctype\s+html|html|head|meta|style|table|div)\b|^MIME-Version:", re.IGNORECASE)
_XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096


def content_kind(content: bytes, file: str) -> str:
    """`zip`, `ole` or `text`; a Refusal for anything that cannot hold a table that we read."""
    head = content[:_HEAD]
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise refusal(
            "unreadable_file",
            file,
            "文件是空的",
            "请重新导出或向填报单位重要一份。",
            "0 字节的内容",
            "有内容的表格",
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            raise foreign(file, what, remedy)
    if _XML_SPREADSHEET in head:
        raise foreign(file, "XML 表格 2003", _SAVE_AS)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _WEB.match(start) or (start.startswith((b"<?xml", b"<!--")) and _WEB.search(head)):
        raise foreign(file, "网页(HTML)格式的表格", _SAVE_AS)
    if not head.startswith(_UTF16) and b"\0" in content:
        raise foreign(file, "二进制数据", _WRONG_FILE)
    return TEXT


def foreign(file: str, what: str, remedy: str) -> Refusal:
    """A file that is something else than a table."""
    return refusal(
        "foreign_file",
        file,
        f"内容是{what},不是它的文件名所说的,没有打开",
        remedy,
        found=what,
        expected="Excel、WPS 表格、ODS 或 CSV",
    )
