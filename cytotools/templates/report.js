"use strict";
// Extras only: without this script everything can be read. Nothing is fetched or stored.
{
  const byId = (id) => document.getElementById(id);
  const say = (words) => { byId("said").textContent = words; };

  // Tables are sorted by the number that a cell begins with, or by its words.
  const PREFIXES = { p: 1e-12, n: 1e-9, "µ": 1e-6, m: 1e-3, "": 1 };
  const NUMBER = /^([<>]?)[ \u00a0]?([+\u2212-]?(?:\d[\d\u202f]*\.?\d*(?:e[+-]?\d+)?|\u221e))(?: ([pnµm]?)(M|g\/m?L|g))?(?=$|[ :(%×])/i;
  const MISSING = /^(|n\/a|not resolved|not tested|no hour|\(no interval\))$/;
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  function keyOf(text) {
    if (MISSING.test(text)) return { missing: true };
    const found = NUMBER.exec(text);
    if (!found) return { text };
    const digits = found[2].replace(/\u202f/g, "").replace("\u2212", "-").replace("\u221e", "Infinity");
    const value = Number(digits) * (found[4] ? PREFIXES[found[3] || ""] : 1);
    return { text, value, bound: { "<": -1, "": 0, ">": 1 }[found[1]], unit: found[4] || "" };
  }

  const sign = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

  function compare(a, b, numeric) {
    if (!numeric) return words.compare(a.text, b.text);
    if (a.value === undefined || b.value === undefined) {
      return sign(a.value === undefined, b.value === undefined) || words.compare(a.text, b.text);
    }
    return sign(a.unit, b.unit) || sign(a.value, b.value) || sign(a.bound, b.bound);
  }

  const asWritten = new WeakMap();

  function sort(table, column, direction) {
    const body = table.tBodies[0];
    if (!asWritten.has(table)) asWritten.set(table, [...body.rows]);
    const rows = asWritten.get(table).map((row) => ({ row, key: keyOf(row.cells[column].textContent.trim()) }));
    if (direction !== "none") {
      const told = rows.filter(({ key }) => !key.missing);
      const numeric = told.filter(({ key }) => key.value !== undefined).length * 2 > told.length;
      const turn = direction === "ascending" ? 1 : -1;
      rows.sort((a, b) => (a.key.missing || b.key.missing
        ? sign(Boolean(a.key.missing), Boolean(b.key.missing))
        : turn * compare(a.key, b.key, numeric)));
    }
    body.append(...rows.map(({ row }) => row));
  }

  const headings = []; // each with its button, and its words for the printer
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      const name = head.textContent.trim();
      button.type = "button";
      button.textContent = name;
      head.replaceChildren(button);
      headings.push({ head, button, name });
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const next = before === "ascending" ? "descending" : before === "descending" ? "none" : "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        if (next !== "none") head.setAttribute("aria-sort", next);
        sort(table, column, next);
        say(next === "none" ? "Order as written" : `Sorted by ${name}, ${next}`);
      });
    });
  }

  // On a phone each row of a table with much prose stands as a card: every cell says what it is.
  for (const table of document.querySelectorAll("table.prose")) {
    const names = [...table.tHead.rows[0].cells].map((head) => head.textContent);
    for (const row of table.tBodies[0].rows) [...row.cells].forEach((cell, k) => { cell.dataset.label = names[k]; });
    table.classList.add("labelled");
  }

  // A region that holds all of its table is no stop for the Tab key.
  const measured = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
      target.tabIndex = scrolls ? 0 : -1;
    }
  });
  for (const region of document.querySelectorAll(".scroll")) measured.observe(region);

  // A link into something folded unfolds it.
  function unfold() {
    const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
    if (!target) return;
    let folded = target.closest("details:not([open])");
    target.hidden = false; // a caution that the filter holds back
    for (; folded; folded = target.closest("details:not([open])")) folded.open = true;
    if (!target.matches("section")) {
      target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  // Cautions by severity and text.
  const filter = byId("filter");
  if (filter) {
    const [severity, text, count] = ["severity", "text", "count"].map((name) => byId(`filter-${name}`));
    const rows = [...byId("cautions-table").tBodies[0].rows];
    const choose = () => {
      const wanted = text.value.trim().toLowerCase();
      for (const row of rows) {
        row.hidden = !(row.cells[0].textContent.includes(severity.value) && row.textContent.toLowerCase().includes(wanted));
      }
      count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
    };
    filter.hidden = false;
    filter.addEventListener("input", choose);
    filter.addEventListener("submit", (event) => event.preventDefault());
    choose();
  }

  // Figures enlarge in a dialog; Escape closes it and focus returns to the button.
  const viewer = byId("viewer"), image = byId("viewer-image"), frame = byId("viewer-scroll");
  const resize = (width) => { image.style.width = `${Math.round(width)}px`; };
  function enlarge(picture, title) {
    byId("viewer-title").textContent = title;
    image.src = picture.src;
    image.alt = picture.alt;
    viewer.showModal();
    resize(Math.max(frame.clientWidth - 16, picture.width, Number(picture.getAttribute("width"))));
    frame.scrollTo(0, 0);
  }
  for (const figure of document.querySelectorAll("figure")) {
    const picture = figure.querySelector("img"), button = document.createElement("button");
    const title = figure.querySelector("strong").textContent.replace(/\.$/, "");
    button.type = "button";
    button.textContent = "Enlarge";
    button.setAttribute("aria-label", `Enlarge: ${title}`);
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => enlarge(picture, title));
    picture.addEventListener("click", () => { button.focus(); enlarge(picture, title); });
    figure.classList.add("opens");
    picture.after(button);
  }
  byId("viewer-larger").addEventListener("click", () => resize(image.clientWidth * 1.3));
  byId("viewer-smaller").addEventListener("click", () => resize(image.clientWidth / 1.3));
  byId("viewer-close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("close", () => image.removeAttribute("src"));

  // All findings are printed; long tables and figures of detail stay folded unless they were opened.
  // Words stand in the place of buttons, which browsers leave out where a heading is repeated on the next sheet.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.printed:not([open])")];
    for (const folded of opened) folded.open = true;
    for (const { head, name } of headings) head.replaceChildren(name);
  });
  window.addEventListener("afterprint", () => {
    for (const folded of opened) folded.open = false;
    for (const { head, button } of headings) head.replaceChildren(button);
  });
}
