"""The style sheet of an HTML page: plain, readable in light and dark, fit for print."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ink:light-dark(#1c1c1c,#e6e6e6);--paper:light-dark(#fff,#181818);
--faint:light-dark(#5c5c5c,#a8a8a8);--line:light-dark(#c8c8c8,#484848);--wash:light-
dark(#f4f4f2,#232323); --red:light-dark(#a4161a,#ff8f8f);--amber:light-
dark(#8a5300,#ffc46b);--blue:light-dark(#1d4ed8,#93b4ff)} body{max-width:72rem;margin:2rem
auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink); background:var(--paper)}
h1{font-size:1.5rem} section{margin:1.5rem 0} pre{overflow-x:auto;padding:.5rem
.75rem;background:var(--wash);font:.875rem/1.4 ui-monospace,monospace} pre.script{border-left:3px
solid var(--line)} .result{overflow-x:auto;margin:.75rem 0} .title,caption{font-weight:600;text-
align:left} table{border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums}
th,td{padding:.15rem .6rem;text-align:right;vertical-align:bottom} th{font-weight:600} thead
tr:last-child th{border-bottom:1px solid var(--line)} tbody tr:last-child>*{border-bottom:1px solid
var(--line)} .stub,.word{text-align:left} tbody .stub{font-weight:400;vertical-align:top}
td.hidden,td.folded,.note,.status,dt{color:var(--faint)} .note{margin:.15rem 0;font-size:.875rem}
dl{display:grid;grid-template-columns:max-content auto;gap:.1rem 1rem;font-size:.9375rem}
dd{margin:0} .diagnostic{border-left:3px solid var(--red)} .diagnostic.refusal{border-
color:var(--amber)} .diagnostic.notice{border-color:var(--blue)} @media print{body{margin:0;max-
width:none}pre,.result{overflow:visible}pre{white-space:pre-wrap}}
"""
