// What pages do beyond their forms: names to complete in the SQL console, Ctrl+Enter, and buttons that copy. Without it every page works.
const MaxShown = 8;

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(from.value ?? from.textContent);
    const words = button.lastChild;
    words.textContent = " Copied";
  });
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
