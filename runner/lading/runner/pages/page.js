"use strict";
// What belongs together lights up, whichever side is pointed at. A value knows the keys of its fields (data-k), a job
// what there is to say of each (data-fields). Without this script the page is all there, and only does not answer.

const told = document.getElementById("told");
const side = (value) => value.closest("[data-side]");
const keysOf = (value) => value.dataset.k.split(" ");
const valuesIn = (root) => [...root.querySelectorAll("[data-k]")];
const isShown = (element) => element.getClientRects().length > 0;
const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

const known = new WeakMap();
function fieldsOf(job) {
  if (!known.has(job)) known.set(job, JSON.parse(job.dataset.fields));
  return known.get(job);
}

let lit = [];

function clear() {
  for (const value of lit) value.classList.remove("lit", "at");
  lit = [];
  told.textContent = "";
}

// Everything that belongs to the values, which stand on one side; what else a field made on that side does not count.
// A line of a script that stands there as it is belongs to that line alone.
function light(values) {
  clear();
  if (!values.length) return;
  const here = side(values[0]);
  const wanted = new Set(values.flatMap(keysOf));
  const belongs = (value) => keysOf(value).some((key) => wanted.has(key));
  const counts = (value) => here.dataset.side === "spec" || side(value) !== here;
  const job = here.closest(".job");
  lit = valuesIn(job).filter((value) => values.includes(value) || (belongs(value) && counts(value)));
  const text = values.length === 1 && values[0].textContent.trim();
  const same = lit.filter((value) => side(value) !== here && value.textContent.trim() === text);
  if (same.length) lit = [...values, ...same];
  for (const value of lit) value.classList.add("lit");
  for (const value of values) value.classList.add("at");
  const made = lit.filter((value) => side(value) !== here);
  told.textContent = here.dataset.side === "spec" ? fromSpec(job, wanted, made) : fromPayload(job, wanted, values);
}

function fromSpec(job, wanted, made) {
  const places = made.slice(0, 3).map((value) => value.dataset.at);
  const more = made.length > 3 ? " …" : "";
  const hidden = made.some((value) => !isShown(value)) ? ", not all of them shown" : "";
  const where = made.length ? `→ ${counted(made.length, "value")}${hidden}: ${places.join("; ")}${more}` : "→ nothing";
  return `${described(job, wanted)}\n${where}`;
}

const fromPayload = (job, wanted, values) =>
  `${values.map((value) => value.dataset.at).join("; ")}\n← ${described(job, wanted)}`;

function described(job, wanted) {
  const fields = fieldsOf(job);
  return [...wanted].map((key) => {
    const [name, fidelity, note, place] = fields[key];
    const about = [fidelity, place || "not written in a file"].filter(Boolean).join(", ");
    return `${name} (${about})${note ? `: ${note}` : ""}`;
  }).join("; ");
}

// A value by itself, or all of a line that is pointed at beside them.
function pointedAt(target) {
  const value = target.closest("[data-k]");
  if (value) return [value];
  const row = target.closest(".row");
  return row ? valuesIn(row) : [];
}

const focused = () => (document.activeElement.matches("[data-k]") ? [document.activeElement] : []);

const otherSide = () => lit.find((value) => side(value) !== side(document.activeElement));

function stopsOf(here) {
  return valuesIn(here).filter(isShown);
}

function focusOn(value) {
  if (!value) return;
  show(value);
  value.focus();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const [here] = focused();
  if (event.key === "Escape") {
    here?.blur();
    clear();
    return;
  }
  if (!here) return;
  const stops = stopsOf(side(here));
  const across = side(here).dataset.side === "spec" ? "ArrowRight" : "ArrowLeft";
  if (event.key in STEPS) focusOn(stops[stops.indexOf(here) + STEPS[event.key]]);
  else if (event.key === "Home") focusOn(stops[0]);
  else if (event.key === "End") focusOn(stops.at(-1));
  else if ([across, "Enter", " "].includes(event.key)) focusOn(otherSide());
  else return;
  event.preventDefault();
}

function onFocus(event) {
  if (!event.target.matches("[data-k]")) return;
  for (const stop of side(event.target).querySelectorAll("[tabindex='0']")) stop.tabIndex = -1;
  event.target.tabIndex = 0;
  light([event.target]);
  otherSide()?.scrollIntoView({ block: "nearest" });
}

// One of several jobs, or requests, at a time.
function choose(label, panels, before, all) {
  const select = document.createElement("select");
  const names = panels.map((panel) => panel.dataset.name);
  for (const name of all ? [all, ...names] : names) select.add(new Option(name));
  const update = () => {
    const chosen = select.selectedIndex - (all ? 1 : 0);
    panels.forEach((panel, place) => { panel.hidden = chosen >= 0 && place !== chosen; });
    clear();
  };
  select.addEventListener("change", update);
  put(label, select, before);
  update();
  for (const panel of panels) panel.addEventListener("show", () => { select.selectedIndex = 0; update(); });
}

function show(value) {
  if (!isShown(value)) value.closest(".pane").dispatchEvent(new Event("show"));
}

// Of what differs, what became of it in a certain way.
function filter(details) {
  const whats = [...new Set(details.map((one) => one.dataset.what))];
  if (whats.length < 2) return;
  const select = document.createElement("select");
  select.add(new Option("all that differ", ""));
  for (const what of whats) select.add(new Option(`only ${what}`, what));
  select.addEventListener("change", () => {
    for (const one of details) one.hidden = select.value !== "" && one.dataset.what !== select.value;
    clear();
  });
  put("Show", select, details[0]);
}

function put(label, select, before) {
  const box = document.createElement("label");
  box.className = "choice";
  box.append(label, select);
  before.before(box);
}

filter([...document.querySelectorAll("details.job")]);
const jobs = [...document.querySelectorAll("article.job")];
if (jobs.length > 1) choose("Job and target", jobs, jobs[0]);
for (const job of document.querySelectorAll(".job")) {
  const panes = [...job.querySelectorAll("[data-side=payload] > .pane")];
  if (panes.length > 1) choose("Request", panes, job.querySelector(".sides"), `all ${panes.length} requests`);
  for (const here of job.querySelectorAll("[data-side]")) {
    const first = here.querySelector("[data-k]");
    if (first) first.tabIndex = 0;
  }
}

document.addEventListener("pointerover", (event) => {
  const values = pointedAt(event.target);
  light(values.length ? values : focused());
});
document.addEventListener("click", (event) => {
  const value = event.target.closest("[data-k]");
  if (value && document.activeElement !== value) focusOn(value);
});
document.addEventListener("focusin", onFocus);
document.addEventListener("keydown", onKey);
