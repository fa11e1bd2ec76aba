// The test client: speaks MCP (Streamable HTTP) to this server as an AI client does. The token is in a variable and nowhere else; all that comes
// back is put into the page as text. What it says to the reader stands in the page's data attributes.
const Revisions = ["2025-11-25", "2025-06-18", "2025-03-26"];
const MaxMs = 60_000;
// Parts of a list of tools that are asked for.
const MaxParts = 20;
// From this length on a text gets several lines.
const LongText = 300;

const root = document.querySelector("[data-mcp]");
const said = root.dataset;
const part = (name, within = root) => within.querySelector(`[data-part=${name}]`);
const field = document.getElementById("mcp-token");
const select = document.getElementById("mcp-tool");
const steps = [...part("steps").children];

// What belongs to one connection; another takes its place, and answers to the old one are dropped.
let link = null;
let inputs = [];

class Failure extends Error {}

part("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  connect(field.value.trim());
});
part("arguments").addEventListener("submit", (event) => {
  event.preventDefault();
  call();
});
select.addEventListener("change", showTool);
field.addEventListener("input", () => (field.value ? null : forget()));
// A page that is left may be kept by the browser, to be shown again.
addEventListener("pagehide", () => {
  field.value = "";
  forget();
});
root.hidden = false;

function forget() {
  link = null;
  part("call").hidden = true;
  part("answer").hidden = true;
  say("stopped", "");
  for (const step of steps) mark(step, "is-wait", step.dataset.waiting);
}

async function connect(token) {
  forget();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    say("stopped", said.unusable);
    return;
  }
  const mine = { token, revision: null, session: null, tools: [], last: 0 };
  link = mine;
  let at = 0;
  const step = async (work) => {
    const start = performance.now();
    const note = await work();
    if (link === mine) mark(steps[at++], "is-ok", steps[0].dataset.done, note, fill(said.ms, Math.round(performance.now() - start)));
  };
  wait(part("connect"), true);
  try {
    await step(() => greet(mine));
    await step(() => ask(mine, "notifications/initialized", undefined, false).then(() => ""));
    await step(() => list(mine));
    if (link === mine) showTools();
  } catch (error) {
    if (link === mine) {
      link = null;
      mark(steps[at], "is-bad", steps[at].dataset.failed);
      say("stopped", error instanceof Failure ? error.message : said.odd);
    }
  } finally {
    wait(part("connect"), false);
  }
}

async function greet(mine) {
  const result = await ask(mine, "initialize", { protocolVersion: Revisions[0], capabilities: {}, clientInfo: { name: "Workspace Server test client", version: "1.0" } });
  if (!Revisions.includes(result.protocolVersion)) throw new Failure(fill(said.revision, result.protocolVersion));
  mine.revision = result.protocolVersion;
  return [result.serverInfo?.name, result.serverInfo?.version, mine.revision].filter(Boolean).join(", ");
}

async function list(mine) {
  let cursor;
  for (let i = 0; i < MaxParts; i++) {
    const result = await ask(mine, "tools/list", cursor === undefined ? {} : { cursor });
    mine.tools.push(...result.tools);
    cursor = result.nextCursor;
    if (cursor === undefined || cursor === null) break;
  }
  return fill(said.tools, mine.tools.length);
}

// The result, or a failure in words.
async function ask(mine, method, params, isRequest = true) {
  const answer = await exchange(mine, method, params, isRequest);
  if (answer.words) throw new Failure(answer.words);
  return answer.result;
}

// One message and what came back for it: { sent, ms, bytes, result } or, if it went wrong, words instead of the result.
async function exchange(mine, method, params, isRequest = true) {
  const message = { jsonrpc: "2.0", ...(isRequest ? { id: ++mine.last } : {}), method, ...(params ? { params } : {}) };
  const headers = { Accept: "application/json, text/event-stream", "Content-Type": "application/json" };
  if (mine.revision) headers["MCP-Protocol-Version"] = mine.revision;
  if (mine.session) headers["Mcp-Session-Id"] = mine.session;
  const shown = { ...headers, Authorization: `Bearer ${said.yours}` };
  const told = { sent: [`POST ${said.mcp}`, ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`), "", JSON.stringify(message, null, 2)].join("\n"), ms: 0, bytes: 0 };
  const start = performance.now();
  try {
    const response = await fetch(said.mcp, {
      method: "POST",
      headers: { ...headers, Authorization: `Bearer ${mine.token}` },
      body: JSON.stringify(message),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(MaxMs),
    });
    const body = await response.arrayBuffer();
    const text = new TextDecoder().decode(body);
    mine.session = response.headers.get("Mcp-Session-Id") ?? mine.session;
    Object.assign(told, { ms: performance.now() - start, bytes: body.byteLength }, response.ok ? (isRequest ? read(response, text, message.id) : {}) : { words: wordsOf(response, text, mine) });
  } catch (error) {
    Object.assign(told, { ms: performance.now() - start, words: error.name === "TimeoutError" ? said.late : said.network });
  }
  return told;
}

function read(response, text, id) {
  try {
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    const answer = (isStream ? eventsOf(text) : [text]).map(parse).find((each) => each.id === id);
    if (answer?.error) return { words: fill(said.refused, `${answer.error.message} (${answer.error.code})`) };
    return answer?.result ? { result: answer.result } : { words: said.odd };
  } catch {
    return { words: said.odd };
  }
}

// The data of each event of a stream (HTML, section 9.2.6).
const eventsOf = (text) =>
  text
    .replace(/\r\n?/g, "\n")
    .split("\n\n")
    .map((event) =>
      event
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).replace(/^ /, ""))
        .join("\n"),
    )
    .filter(Boolean);

// Numbers stay as they were written where the browser can do that: 1.50 is no 1.5, and long ones are longer than a number of JavaScript.
const parse = (text) => JSON.parse(text, (_, value, given) => (typeof value === "number" && JSON.rawJSON && given?.source && given.source !== String(value) ? JSON.rawJSON(given.source) : value));

function wordsOf(response, text, mine) {
  const later = response.headers.get("Retry-After");
  switch (response.status) {
    case 401:
      return said.unauthorized;
    case 403:
      return [said.forbidden, detailOf(text)].filter(Boolean).join(" ");
    case 404:
      if (mine.session) return said.ended;
      break;
    case 429:
      return later ? fill(said.busy, later) : said.busySoon;
  }
  return [fill(said.status, response.status), detailOf(text)].filter(Boolean).join(" ");
}

function detailOf(text) {
  try {
    const problem = JSON.parse(text);
    return problem.detail ?? problem.error?.message ?? "";
  } catch {
    return "";
  }
}

function showTools() {
  select.replaceChildren(...link.tools.map((tool) => new Option(tool.name)));
  part("call").hidden = link.tools.length === 0;
  if (link.tools.length > 0) showTool();
}

function showTool() {
  const tool = link.tools[select.selectedIndex];
  const required = tool.inputSchema?.required ?? [];
  document.getElementById("mcp-description").textContent = tool.description ?? tool.title ?? "";
  inputs = Object.entries(tool.inputSchema?.properties ?? {}).map(([name, schema], i) => inputOf(name, schema, required.includes(name), `mcp-argument-${i}`));
  part("fields").replaceChildren(...inputs.map((input) => input.box));
}

// A field for one argument, and how to read it: undefined if it is left out.
function inputOf(name, schema, isRequired, id) {
  const kind = [schema.type ?? (schema.enum ? "string" : "object")].flat().find((each) => each !== "null");
  const made = schema.enum ? choice(schema.enum, isRequired) : kind === "boolean" ? choice([true, false], isRequired) : written(kind, schema);
  Object.assign(made.control, { id, required: isRequired });
  const label = element("label", "label", name);
  label.htmlFor = id;
  label.translate = false;
  if (isRequired) {
    const mark = element("span", "muted", ` · ${said.required}`);
    mark.translate = true;
    label.append(mark);
  }
  const box = element("div", "field");
  box.append(label, made.shown);
  const about = [schema.description, made.isJson ? said.json : "", schema.default === undefined ? "" : fill(said.byDefault, JSON.stringify(schema.default))].filter(Boolean).join(" · ");
  if (about) {
    const hint = element("p", "hint", about);
    hint.id = `${id}-hint`;
    made.control.setAttribute("aria-describedby", hint.id);
    box.append(hint);
  }
  return { name, box, read: made.read };
}

function choice(values, isRequired) {
  const shown = part("choice").content.firstElementChild.cloneNode(true);
  const control = shown.querySelector("select");
  control.append(...(isRequired ? [] : [new Option(said.leaveOut, "")]), ...values.map((value, i) => new Option(String(value), i)));
  return { shown, control, read: () => (control.value === "" ? undefined : values[control.value]) };
}

function written(kind, schema) {
  const isNumber = kind === "integer" || kind === "number";
  const isJson = !isNumber && kind !== "string";
  const control = element(isJson || (kind === "string" && !(schema.maxLength <= LongText)) ? "textarea" : "input", kind === "string" ? "input" : "input mono");
  Object.assign(control, { spellcheck: false, autocomplete: "off", autocapitalize: "none" });
  if (control.localName === "textarea") control.rows = 3;
  if (isNumber) Object.assign(control, { type: "number", step: kind === "integer" ? 1 : "any", min: schema.minimum ?? "", max: schema.maximum ?? "" });
  if (kind === "string" && schema.maxLength) control.maxLength = schema.maxLength;
  control.addEventListener("input", () => control.setCustomValidity(""));
  const read = () => {
    if (control.value === "") return undefined;
    if (!isJson) return isNumber ? Number(control.value) : control.value;
    try {
      const value = JSON.parse(control.value);
      if (kind === "array" ? Array.isArray(value) : typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch {
      // Said below, as for JSON of another kind.
    }
    control.setCustomValidity(said.jsonBad);
    control.reportValidity();
    throw new Failure(said.jsonBad);
  };
  return { shown: control, control, isJson, read };
}

async function call() {
  const mine = link;
  const tool = mine?.tools[select.selectedIndex];
  let given;
  try {
    given = Object.fromEntries(inputs.map((input) => [input.name, input.read()]).filter(([, value]) => value !== undefined));
  } catch {
    return;
  }
  if (!tool) return;
  wait(part("arguments"), true);
  const answer = await exchange(mine, "tools/call", { name: tool.name, arguments: given });
  wait(part("arguments"), false);
  if (link === mine) showAnswer(tool.name, answer);
}

function showAnswer(name, { sent, ms, bytes, result, words }) {
  const isGood = !words && !result.isError;
  part("good").hidden = !isGood;
  part("bad").hidden = isGood;
  part("of").textContent = name;
  part("ms").textContent = fill(said.ms, Math.round(ms));
  part("bytes").textContent = fill(said.bytes, bytes.toLocaleString(document.documentElement.lang));
  part("sent").textContent = sent;
  say("wrong", words ?? "");
  fillBox("structured", result?.structuredContent === undefined ? "" : JSON.stringify(result.structuredContent, null, 2));
  fillBox("text", (result?.content ?? []).map((each) => (each.type === "text" ? each.text : JSON.stringify(each, null, 2))).join("\n\n"));
  part("answer").hidden = false;
}

function fillBox(name, text) {
  part(`${name}-box`).hidden = text === "";
  part(name).textContent = text;
}

function mark(step, state, word, note = "", side = "") {
  step.className = state;
  for (const dot of step.querySelectorAll("[data-dot]")) dot.hidden = dot.dataset.dot !== state;
  part("word", step).textContent = word;
  part("note", step).textContent = note ? `. ${note}` : "";
  part("side", step).textContent = side;
}

function say(name, words) {
  const place = part(name);
  place.querySelector("span").textContent = words;
  place.hidden = words === "";
}

function wait(form, isWaiting) {
  const button = form.querySelector("button");
  button.disabled = isWaiting;
  button.setAttribute("aria-busy", String(isWaiting));
}

function element(name, look, text = "") {
  const made = document.createElement(name);
  made.className = look;
  made.textContent = text;
  return made;
}

// The place of a text that came from the page; what is put in is taken as it is.
function fill(text, value) {
  return text.split("{0}").join(String(value));
}
