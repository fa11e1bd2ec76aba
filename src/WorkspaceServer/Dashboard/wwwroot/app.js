// What pages do beyond their forms: names to complete in the SQL console, Ctrl+Enter, buttons that copy and save, and parts that move by themselves. Without it every page works.
const MaxShown = 8;
// Between two loads of a page that moves by itself.
const MinGapMs = 500;
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
    save(document.getElementById(saving.dataset.save).querySelector("svg"));
  }
});

// A picture for other programs: as large as it is shown, with the colours and letters of the page written into it.
function save(drawn) {
  const copy = drawn.cloneNode(true);
  const parts = [...copy.querySelectorAll("*")];
  for (const [i, part] of [...drawn.querySelectorAll("*")].entries()) {
    const look = getComputedStyle(part);
    for (const name of PictureLooks) {
      parts[i].setAttribute(name, look.getPropertyValue(name));
    }
  }
  const { width, height } = drawn.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  link.download = "chart.svg";
  link.click();
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
