// What pages do beyond their forms: names to complete in the SQL console, Ctrl+Enter, buttons that copy and save, and parts that move by themselves. Without it every page works.
const MaxShown = 8;
// Between two loads of a page that moves by itself.
const MinGapMs = 500;
const PictureMargin = 16;
const NameHeight = 22;
const PictureLooks = ["fill", "fill-opacity", "stroke", "stroke-width", "vector-effect", "font-family", "font-size", "font-weight"];

wire(document);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) {
    const from = document.getElementById(button.dataset.copy);
    const items = [...from.querySelectorAll("li")].map((item) => item.textContent);
    await navigator.clipboard.writeText(from.value ?? (items.join("\n") || from.textContent));
    button.lastChild.textContent = ` ${button.dataset.copied}`;
  }
  const saving = event.target.closest("button[data-save]");
  if (saving) {
    save(document.getElementById(saving.dataset.save).querySelector("figure"));
  }
});

// A picture for other programs: as large as it is shown, with the ground, the colours and the letters of the page written into it, and with the names of its parts.
function save(figure) {
  const drawn = figure.querySelector("svg");
  const names = [...figure.querySelectorAll(".legend li")];
  let { width, height } = drawn.getBoundingClientRect();
  const picture = shape("svg", {});
  const title = shape("title", {});
  title.textContent = drawn.getAttribute("aria-label");
  picture.append(title, shape("rect", { width: "100%", height: "100%", fill: groundOf(figure) }), copyOf(drawn, { x: PictureMargin, y: PictureMargin, width, height }));
  const pen = document.createElement("canvas").getContext("2d");
  const [left, top] = [width + 2 * PictureMargin, PictureMargin + Math.max(0, (height - names.length * NameHeight) / 2)];
  for (const [i, name] of names.entries()) {
    const look = getComputedStyle(name);
    const text = shape("text", { x: left + NameHeight, y: top + i * NameHeight + 11, fill: look.color, "font-family": look.fontFamily, "font-size": look.fontSize });
    const value = name.querySelector("b");
    text.textContent = `${value.previousSibling.textContent.trim()}: ${value.textContent} (${value.nextSibling.textContent.trim()})`;
    pen.font = `${look.fontSize} ${look.fontFamily}`;
    width = Math.max(width, left - PictureMargin + NameHeight + Math.ceil(pen.measureText(text.textContent).width));
    picture.append(copyOf(name.querySelector("svg"), { x: left, y: top + i * NameHeight, width: 12, height: 12 }), text);
  }
  height = Math.max(height, names.length * NameHeight);
  picture.setAttribute("width", width + 2 * PictureMargin);
  picture.setAttribute("height", height + 2 * PictureMargin);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
  link.download = "chart.svg";
  link.click();
}

function copyOf(drawn, place) {
  const copy = drawn.cloneNode(true);
  const parts = [...copy.querySelectorAll("*")];
  for (const [i, part] of [...drawn.querySelectorAll("*")].entries()) {
    const look = getComputedStyle(part);
    for (const name of PictureLooks) {
      parts[i].setAttribute(name, look.getPropertyValue(name));
    }
  }
  for (const [name, value] of Object.entries(place)) {
    copy.setAttribute(name, value);
  }
  return copy;
}

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  return made;
}

// What is behind an element: without it, letters for a dark page would not be seen on white paper.
function groundOf(element) {
  const colour = getComputedStyle(element).backgroundColor;
  return colour === "rgba(0, 0, 0, 0)" && element.parentElement ? groundOf(element.parentElement) : colour;
}

// Also of what came into the page later.
function wire(root) {
  for (const button of root.querySelectorAll("button[data-copy], button[data-save]")) {
    button.hidden = false;
  }
}

const streams = new Map();
for (const part of document.querySelectorAll("[data-live]")) {
  streams.set(part.dataset.live, [...(streams.get(part.dataset.live) ?? []), part]);
}
for (const parts of streams.values()) {
  follow(parts);
}

// Parts of the page that move by themselves, of one stream. The stream only says that the page would be drawn differently now; what is shown is the page, loaded again:
// from the address that is shown, or from the one that a part names, if what is shown was the answer to a form.
function follow(parts) {
  const isOpen = () => parts.some((part) => part.dataset.live);
  let stream = null;
  let isLoading = false;
  let isDue = false;

  function open() {
    if (stream || !isOpen() || document.hidden) {
      return;
    }
    stream = new EventSource(parts.find((part) => part.dataset.live).dataset.live);
    stream.addEventListener("state", (event) => {
      if (parts.some((part) => part.dataset.live && event.data !== part.dataset.liveState)) {
        load();
      }
    });
  }

  function close() {
    stream?.close();
    stream = null;
  }

  function load() {
    isDue = true;
    if (isLoading) {
      return;
    }
    isDue = false;
    isLoading = true;
    // A document, in which nothing runs: it needs no parser that the policy of trusted types forbids.
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.open("GET", parts.find((part) => part.dataset.livePage)?.dataset.livePage ?? location.pathname + location.search);
    request.addEventListener("loadend", () => {
      const fresh = request.status === 200 ? request.response : null;
      for (const part of fresh ? parts : []) {
        const now = fresh.getElementById(part.id);
        if (now) {
          become(part, now);
          wire(part);
        } else {
          // It is no longer there, or the page is not ours any more: what is shown stays, and nothing is asked again.
          delete part.dataset.live;
        }
      }
      if (!fresh || !isOpen()) {
        close();
      }
      setTimeout(() => {
        isLoading = false;
        if (isDue && stream) {
          load();
        }
      }, MinGapMs);
    });
    request.send();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}

// Makes one element like another and touches only what differs, so that the focus stays and a reader hears only what is new.
function become(old, fresh) {
  if (old.isEqualNode(fresh)) {
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  const [from, to] = [[...old.childNodes], [...fresh.childNodes]];
  if (from.length !== to.length || from.some((node, i) => node.nodeName !== to[i].nodeName)) {
    old.replaceChildren(...to.map((node) => document.importNode(node, true)));
    return;
  }
  for (const [i, node] of from.entries()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      become(node, to[i]);
    } else if (node.nodeValue !== to[i].nodeValue) {
      node.nodeValue = to[i].nodeValue;
    }
  }
}

const area = document.querySelector("textarea[data-names]");
if (area) {
  complete(area, area.dataset.names.split(" ").filter(Boolean), document.getElementById("suggestions"));
}

function complete(area, names, list) {
  let found = [];
  let chosen = -1;

  const word = () => /[A-Za-z_][A-Za-z0-9_]*$/.exec(area.value.slice(0, area.selectionStart))?.[0] ?? "";

  function close() {
    found = [];
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    chosen = (index + found.length) % found.length;
    for (const [i, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", i === chosen ? "true" : "false");
    }
    area.setAttribute("aria-activedescendant", list.children[chosen].id);
  }

  function take(name) {
    const end = area.selectionStart;
    area.setRangeText(name, end - word().length, end, "end");
    close();
    area.focus();
  }

  function suggest() {
    const typed = word().toLowerCase();
    found = typed.length < 2 ? [] : names.filter((name) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed).slice(0, MaxShown);
    list.replaceChildren(...found.map((name, i) => {
      const item = document.createElement("li");
      item.id = `suggestion-${i}`;
      item.role = "option";
      item.textContent = name;
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(name);
      });
      return item;
    }));
    list.hidden = found.length === 0;
    if (found.length > 0) {
      choose(0);
    } else {
      close();
    }
  }

  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  area.addEventListener("input", suggest);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    } else if (found.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (found.length > 0 && (event.key === "Tab" || event.key === "Enter")) {
      event.preventDefault();
      take(found[chosen]);
    } else if (event.key === "Escape" && found.length > 0) {
      event.stopPropagation();
      close();
    }
  });
}
