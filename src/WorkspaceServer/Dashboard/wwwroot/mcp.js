// The test client: speaks MCP (Streamable HTTP) to this server as an AI client does. The token is in a variable and nowhere else; all that comes
// back is put into the page as text. What it says to the reader stands in the page's data attributes.
// The revision without initialize and without sessions: each request says who asks. Those before it begin with a greeting.
const Stateless = "2026-07-28";
const Client = { name: "Workspace Server test client", version: "1.1" };
const Meta = "io.modelcontextprotocol/";
// Without a sign of life from the server.
const MaxMs = 60_000;
const MaxBytes = 20_000_000;
// Messages before the answer that are shown.
const MaxNotes = 50;
// Parts of a list of tools that are asked for.
const MaxParts = 20;
// From this length on a text gets several lines.
const LongText = 300;

const root = document.querySelector("[data-mcp]");
const said = root.dataset;
const part = (name, within = root) => within.querySelector(`[data-part=${name}]`);
const field = document.getElementById("mcp-token");
const select = document.getElementById("mcp-tool");
const revision = document.getElementById("mcp-revision");
const revisions = [...revision.options].map((option) => option.value);
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
part("cancel").addEventListener("click", cancel);
select.addEventListener("change", showTool);
revision.addEventListener("change", forget);
field.addEventListener("input", () => (field.value ? null : forget()));
// A page that is left may be kept by the browser, to be shown again.
addEventListener("pagehide", () => {
  field.value = "";
  forget();
});
root.hidden = false;
forget();

function forget() {
  link?.running?.stop.abort();
  link = null;
  part("call").hidden = true;
  part("answer").hidden = true;
  say("stopped", "");
  const isStateless = revision.value === Stateless;
  for (const [i, method] of [isStateless ? "server/discover" : "initialize", "notifications/initialized", "tools/list"].entries()) {
    mark(steps[i], "is-wait", said.waiting);
    part("method", steps[i]).textContent = method;
    part("number", steps[i]).textContent = i + (isStateless && i > 1 ? 0 : 1);
    steps[i].hidden = isStateless && i === 1;
  }
}

async function connect(token) {
  forget();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    say("stopped", said.unusable);
    return;
  }
  const isStateless = revision.value === Stateless;
  const mine = { token, isStateless, revision: isStateless ? Stateless : null, session: null, tools: [], last: 0, running: null };
  link = mine;
  let at = 0;
  wait(part("connect"), true);
  try {
    for (const work of [isStateless ? discover : greet, ready, list]) {
      if (!steps[at].hidden) {
        const start = performance.now();
        const note = await work(mine);
        if (link !== mine) return;
        mark(steps[at], "is-ok", said.done, note, fill(said.ms, Math.round(performance.now() - start)));
      }
      at++;
    }
    showTools();
  } catch (error) {
    if (link === mine) {
      link = null;
      mark(steps[at], "is-bad", said.failed);
      say("stopped", error instanceof Failure ? error.message : said.odd);
    }
  } finally {
    wait(part("connect"), false);
  }
}

async function greet(mine) {
  const result = await ask(mine, "initialize", { protocolVersion: revision.value, capabilities: {}, clientInfo: Client });
  if (!revisions.includes(result.protocolVersion) || result.protocolVersion === Stateless) throw new Failure(fill(said.revision, result.protocolVersion));
  mine.revision = result.protocolVersion;
  return nameOf(result.serverInfo, mine.revision);
}

async function discover(mine) {
  const result = await ask(mine, "server/discover", {});
  if (!result.supportedVersions?.includes(Stateless)) throw new Failure(fill(said.revision, [result.supportedVersions ?? ""].flat().join(", ")));
  return nameOf(result._meta?.[`${Meta}serverInfo`] ?? result.serverInfo, Stateless);
}

const nameOf = (server, revision) => [server?.name, server?.version, revision].filter(Boolean).join(", ");

async function ready(mine) {
  await ask(mine, "notifications/initialized", undefined, false);
  return "";
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

// One message and what came back for it: { sent, ms, bytes, result } or, if it went wrong, words instead of the result. Takes messages that come before the answer as they come.
async function exchange(mine, method, params, isRequest = true, take = () => {}) {
  const id = isRequest ? ++mine.last : undefined;
  const message = { jsonrpc: "2.0", id, method, params: withMeta(mine, params, id) };
  const headers = headersOf(mine, method, params);
  const shown = { ...headers, Authorization: `Bearer ${said.yours}` };
  const told = { sent: [`POST ${said.mcp}`, ...Object.entries(shown).map(([name, value]) => `${name}: ${value}`), "", JSON.stringify(message, null, 2)].join("\n"), ms: 0, bytes: 0 };
  const running = { id, stop: new AbortController() };
  if (isRequest) mine.running = running;
  let timer;
  const lives = (bytes) => {
    clearTimeout(timer);
    timer = setTimeout(() => running.stop.abort(new Failure(said.late)), MaxMs);
    told.bytes += bytes;
    if (told.bytes > MaxBytes) throw new Failure(said.tooLong);
  };
  const start = performance.now();
  try {
    lives(0);
    const response = await fetch(said.mcp, {
      method: "POST",
      headers: { ...headers, Authorization: `Bearer ${mine.token}` },
      body: JSON.stringify(message),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: running.stop.signal,
    });
    mine.session = response.headers.get("Mcp-Session-Id") ?? mine.session;
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (response.ok && isRequest) {
      Object.assign(told, await answerOf(isStream ? eventsOf(response.body, lives) : [await textOf(response.body, lives)], id, take));
    } else {
      const text = await textOf(response.body, lives);
      if (!response.ok) told.words = wordsOf(response, text, mine);
    }
  } catch (error) {
    // What a stream fails with that was stopped here is a copy.
    const why = running.stop.signal.reason ?? error;
    told.words = why instanceof Failure ? why.message : why instanceof SyntaxError ? said.odd : said.network;
  } finally {
    clearTimeout(timer);
    if (mine.running === running) mine.running = null;
  }
  told.ms = performance.now() - start;
  return told;
}

function withMeta(mine, params, id) {
  const meta = {
    ...(mine.isStateless ? { [`${Meta}protocolVersion`]: mine.revision, [`${Meta}clientInfo`]: Client, [`${Meta}clientCapabilities`]: {} } : {}),
    ...(params?.name ? { progressToken: id } : {}),
  };
  return Object.keys(meta).length > 0 ? { ...params, _meta: meta } : params;
}

function headersOf(mine, method, params) {
  const headers = { Accept: "application/json, text/event-stream", "Content-Type": "application/json" };
  if (mine.revision) headers["MCP-Protocol-Version"] = mine.revision;
  if (mine.session && !mine.isStateless) headers["Mcp-Session-Id"] = mine.session;
  if (mine.isStateless) {
    headers["Mcp-Method"] = method;
    if (params?.name) headers["Mcp-Name"] = inHeader(params.name);
  }
  return headers;
}

// What a header cannot hold as it is goes as the revision says: UTF-8 in base64.
const inHeader = (text) => (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith("=?") ? text : `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`);

// Of the messages that come, the answer to this request, or words; the others are taken on the way.
async function answerOf(texts, id, take) {
  for await (const text of texts) {
    const message = parse(text);
    if (message?.method && message.id === undefined) take(message);
    if (message?.id !== id || message.method) continue;
    if (message.error) return { words: fill(said.refused, `${message.error.message} (${message.error.code})`) };
    if ((message.result?.resultType ?? "complete") !== "complete") return { words: said.asks };
    return message.result ? { result: message.result } : { words: said.odd };
  }
  return { words: said.odd };
}

// The data of each event of a stream (HTML, section 9.2.6), as soon as it is there.
async function* eventsOf(body, lives) {
  let rest = "";
  let data = [];
  for await (const chunk of chunksOf(body, lives)) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      if (line === "" && data.length > 0) {
        yield data.join("\n");
        data = [];
      }
    }
  }
}

async function textOf(body, lives) {
  let text = "";
  for await (const chunk of chunksOf(body, lives)) text += chunk;
  return text;
}

// Whoever stops asking for more closes the stream.
async function* chunksOf(body, lives) {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader.read()) {
      lives(next.value.byteLength);
      yield decoder.decode(next.value, { stream: true });
    }
  } finally {
    reader?.cancel().catch(() => {});
  }
}

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
  if (!tool || mine.running) return;
  wait(part("arguments"), true);
  part("progress").hidden = part("cancel").hidden = false;
  showProgress({});
  fillBox("notes", "");
  const notes = [];
  const answer = await exchange(mine, "tools/call", { name: tool.name, arguments: given }, true, (message) => {
    if (link !== mine) return;
    if (message.method === "notifications/progress") showProgress(message.params ?? {});
    notes.push(`${message.method} ${JSON.stringify(message.params ?? {})}`);
    fillBox("notes", notes.slice(-MaxNotes).join("\n"));
  });
  wait(part("arguments"), false);
  part("progress").hidden = part("cancel").hidden = true;
  if (link === mine) showAnswer(tool.name, answer);
}

function showProgress({ progress, total, message }) {
  part("doing").textContent = message ?? said.running;
  part("share").textContent = progress === undefined ? "" : total === undefined ? String(progress) : fill(said.of.replace("{1}", () => String(total)), progress);
  const bar = part("bar");
  bar.hidden = !(total > 0);
  Object.assign(bar, { max: Number(total) || 1, value: Math.min(Number(progress) || 0, Number(total) || 1) });
}

// Revisions with a greeting are told so; in the one without, that the stream is closed says it.
function cancel() {
  const running = link?.running;
  if (!running) return;
  if (!link.isStateless) exchange(link, "notifications/cancelled", { requestId: running.id, reason: "Stopped by the person" }, false);
  running.stop.abort(new Failure(said.cancelled));
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
