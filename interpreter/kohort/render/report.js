"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);

  // A spreadsheet takes a text that begins with one of these for a formula.
  const harmless = (text) => (/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text);
  const plain = (cell) => (cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim());

  const lineOf = (row) => {
    const line = [];
    for (const cell of row.cells) {
      line.push(harmless(plain(cell)));
      for (let more = 1; more < cell.colSpan; more++) line.push(harmless(plain(cell)));
    }
    return line;
  };
  // Headings over several lines leave the first columns to the line that began them.
  const linesOf = (rows) => {
    const lines = [];
    let under = 0;
    for (const row of rows) {
      const line = lineOf(row);
      if (row.closest("thead")) {
        lines.push([...Array(under).fill(""), ...line]);
        if (!under) under = [...row.cells].filter((cell) => cell.rowSpan > 1).length;
      } else lines.push(line);
    }
    return lines.map((line) => line.join("\t")).join("\n");
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.querySelectorAll("th:not([colspan])")];
    const stubs = heads.filter((head) => head.classList.contains("stub"));
    const order = [...stubs, ...heads.filter((head) => !stubs.includes(head))];
    const original = [...body.rows];
    order.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = words.sort;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const next = now === null ? "ascending" : now === "ascending" ? "descending" : null;
        for (const other of order) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        table.classList.toggle("sorted", next !== null);
        body.append(...(next ? sorted(original, place, next === "ascending" ? 1 : -1) : original));
      });
    });
  };
  // Rows of one unit stay together; totals, and what has no number, stay last.
  const sorted = (rows, place, sign) => {
    const units = new Map();
    for (const row of rows) {
      const own = row.classList.contains("total") ? "t" + row.dataset.unit : row.dataset.unit;
      units.set(own, [...(units.get(own) || []), row]);
    }
    const [totals, others] = [[], []];
    for (const [own, unit] of units) (own.startsWith("t") ? totals : others).push(unit);
    const value = (unit) => {
      const cell = unit[0].cells[place];
      if (cell.tagName === "TH" || cell.classList.contains("word")) return cell.textContent.trim();
      return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
    };
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === "number" ? x - y : x.localeCompare(y, document.documentElement.lang, { numeric: true }));
    };
    return [...others.sort(compare), ...totals].flat();
  };

  const copyable = (table) => {
    const tools = document.createElement("p");
    tools.className = "tools";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      const text = linesOf([...table.rows]);
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const held = document.createElement("textarea");
        held.value = text;
        document.body.append(held);
        held.select();
        document.execCommand("copy");
        held.remove();
      }
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 1500);
    });
    tools.append(button);
    table.closest(".grid").after(tools);
  };

  for (const table of document.querySelectorAll(".grid > table")) {
    if (!table.tHead || !table.tBodies[0] || table.tBodies[0].rows.length < 2) continue;
    if (!table.classList.contains("fixed")) sortable(table);
    copyable(table);
  }

  // What is copied out of a table goes to the clipboard cell by cell, numbers without gaps.
  document.addEventListener("copy", (event) => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const tables = [...document.querySelectorAll(".grid > table")].filter((t) => selection.containsNode(t, true));
    if (tables.length !== 1 || !tables[0].contains(selection.getRangeAt(0).commonAncestorContainer)) return;
    const rows = [...tables[0].rows].filter((row) => selection.containsNode(row, true));
    if (rows.length < 2) return;
    event.clipboardData.setData("text/plain", linesOf(rows));
    event.preventDefault();
  });

  // Paper has no folds.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.context:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

  if (typeof vegaEmbed === "undefined") return;
  const locale = { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["", ""], percent: "\u202f%", minus: "\u2212" };
  for (const figure of document.querySelectorAll("figure.chart")) {
    const spec = JSON.parse(figure.dataset.spec);
    const drawing = figure.querySelector(".drawing");
    const place = document.createElement("div");
    place.hidden = true;
    drawing.after(place);
    // `ast`: expressions are interpreted; the page's policy forbids making code from text.
    const mode = spec.$schema.includes("/vega-lite/") ? "vega-lite" : "vega";
    delete spec.$schema;
    const options = {
      mode, ast: true, renderer: "svg", tooltip: true, formatLocale: locale,
      actions: { export: true, source: false, compiled: false, editor: false },
      i18n: { CLICK_TO_VIEW_ACTIONS: words.save, SVG_ACTION: words.svg, PNG_ACTION: words.png },
    };
    vegaEmbed(place, spec, options).then(() => {
      place.hidden = false;
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", drawing.getAttribute("aria-label"));
      drawing.remove();
      place.classList.add("drawing");
    }, () => place.remove());
  }
})();
