"""The language. Grammar and stdlib lie here in a wheel, beside interpreter/ in a checkout."""

from pathlib import Path

_HERE = Path(__file__).parent
HOME = _HERE if (_HERE / "stdlib").is_dir() else _HERE.parents[1]
if HOME != _HERE:
    __path__.append(str(HOME))
