/* What a page must hold so that everybody can read it. Runs in the browser,
 * answers with one sentence for each thing that is wrong. */

const found = [];

function all(selector) {
  return [...document.querySelectorAll(selector)];
}

function name(element) {
  const id = element.id ? "#" + element.id : "";
  const text = (element.textContent || "").trim().slice(0, 40);
  return `<${element.tagName.toLowerCase()}${id}> ${text}`;
}

function complain(elements, words) {
  for (const element of elements) {
    found.push(`${words}: ${name(element)}`);
  }
}

function isSeen(element) {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return style.visibility === "visible" && box.width > 1 && box.height > 1 &&
    !element.closest(".unseen, .skip");
}

/* --- the document ------------------------------------------------------- */

function checkDocument() {
  if (!["en", "ja"].includes(document.documentElement.lang)) {
    found.push("the document has no language");
  }
  if (document.title.trim() === "") {
    found.push("the document has no title");
  }
  for (const selector of ["main", "h1", "body > header", "body > footer"]) {
    if (all(selector).length !== 1) {
      found.push(`not one ${selector}, but ${all(selector).length}`);
    }
  }
  if (document.querySelector("a[href]").getAttribute("href") !== "#content") {
    found.push("the first link does not lead to the content");
  }
}

function checkHeadings() {
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) {
      found.push(`h${next} behind h${level}: ${name(heading)}`);
    }
    level = next;
  }
  complain(all("h1, h2, h3").filter((h) => h.textContent.trim() === ""),
    "a heading says nothing");
}

function checkIds() {
  const ids = all("[id]").map((element) => element.id);
  complain(all("[id]").filter((e, i) => ids.indexOf(e.id) !== i),
    "an id that another has");
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    complain(all(`[${attribute}]`).filter((element) =>
      element.getAttribute(attribute).split(/\s+/)
        .some((id) => !ids.includes(id))), `${attribute} leads nowhere`);
  }
}

/* --- what can be used --------------------------------------------------- */

function accessibleName(element) {
  const by = (element.getAttribute("aria-labelledby") || "").split(/\s+/)
    .map((id) => document.getElementById(id)).filter((e) => e)
    .map((e) => e.textContent).join(" ");
  return (by || element.getAttribute("aria-label") ||
    element.textContent || "").trim();
}

function checkControls() {
  complain(all("input:not([type=hidden]), select, textarea")
    .filter((input) => input.labels.length === 0), "no label");
  complain(all("a[href], button").filter((e) => accessibleName(e) === ""),
    "nothing to call it by");
  complain(all("nav, section, svg[role=img]")
    .filter((e) => accessibleName(e) === ""), "no name");
  const navs = all("nav").map(accessibleName);
  complain(all("nav").filter((e, i) => navs.indexOf(navs[i]) !== i),
    "two navigations of one name");
  complain(all("button, input:not([type=hidden]), select").filter((e) =>
    isSeen(e) && e.getBoundingClientRect().height < 24), "too small to hit");
  const within = all("form").map((form) => [...form.querySelectorAll("button")]
    .map(accessibleName));
  const buttons = within.flat();
  complain(all("form button").filter((e, i) =>
    buttons.indexOf(buttons[i]) !== i), "two buttons of one name");
}

function checkTables() {
  complain(all("th:not([scope])"), "a table header without scope");
  for (const table of all("table")) {
    const columns = table.querySelectorAll("thead th").length;
    complain([...table.querySelectorAll("tbody tr")].filter((row) =>
      row.children.length !== columns || row.children[0].tagName !== "TH"),
    "a row that does not fit its headers");
    if (columns === 0) {
      found.push("a table without headers");
    }
  }
  complain(all("time").filter((e) => isNaN(Date.parse(e.dateTime))),
    "a time that no program reads");
  complain(all("svg[role=img]").filter((svg) =>
    !svg.querySelector("title") || !svg.querySelector("desc")),
  "a drawing without title or description");
}

/* --- what is seen ------------------------------------------------------- */

function parts(color) {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return { rgb: numbers.slice(0, 3), alpha: numbers[3] ?? 1 };
}

/* WCAG 2.2, relative luminance and contrast ratio. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92
      : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function background(element) {
  for (let e = element; e; e = e.parentElement) {
    const color = parts(getComputedStyle(e).backgroundColor);
    if (color.alpha === 1) {
      return color.rgb;
    }
  }
  return [255, 255, 255];
}

function textElements() {
  const walker = document.createTreeWalker(document.body,
    NodeFilter.SHOW_TEXT);
  const elements = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() !== "" &&
        !["TITLE", "DESC", "OPTION"].includes(element.tagName.toUpperCase()) &&
        isSeen(element)) {
      elements.add(element);
    }
  }
  return [...elements];
}

function checkContrast() {
  for (const element of textElements()) {
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const ratio = contrast(parts(color).rgb, background(element));
    if (ratio < 4.5) {
      found.push(`contrast of ${ratio.toFixed(2)}: ${name(element)}`);
    }
    if (parseFloat(style.fontSize) < 11) {
      found.push(`too small to read: ${name(element)}`);
    }
  }
}

function checkWidth() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    found.push(`wider than the window of ${width}: ` +
      all("body *").filter((e) => isSeen(e) &&
        e.getBoundingClientRect().right > width + 1).slice(-1).map(name));
  }
}

function cross(a, b) {
  return a.left < b.right && b.left < a.right &&
    a.top < b.bottom - 1 && b.top < a.bottom - 1;
}

function checkDrawing() {
  const texts = all("svg text");
  const boxes = texts.map((text) => text.getBoundingClientRect());
  texts.forEach((text, i) => {
    if (boxes[i].left < 0 ||
        boxes[i].right > document.documentElement.clientWidth) {
      found.push(`outside of the window: ${name(text)}`);
    }
    if (boxes.some((box, k) => k > i && cross(box, boxes[i]))) {
      found.push(`covered by another label: ${name(text)}`);
    }
  });
}

/* --- what a strict policy forbids --------------------------------------- */

function checkPolicy() {
  complain(all("script, style, iframe, object, embed, [style]"),
    "against a strict policy");
  complain(all("*").filter((e) => [...e.attributes].some((attribute) =>
    attribute.name.startsWith("on"))), "a handler in an attribute");
  for (const entry of performance.getEntriesByType("resource")) {
    if (!entry.name.startsWith(location.origin + "/")) {
      found.push(`loaded from elsewhere: ${entry.name}`);
    }
  }
}

checkDocument();
checkHeadings();
checkIds();
checkControls();
checkTables();
checkContrast();
checkWidth();
checkDrawing();
checkPolicy();
return found;
