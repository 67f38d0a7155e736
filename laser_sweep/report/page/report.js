"use strict";
// Draws the page's charts and tables from its data. Text of the data only ever becomes text.
const data = JSON.parse(document.getElementById("data").textContent);
const points = data.points;
const byName = new Map(points.map((point) => [point.point, point]));
const base = byName.get(data.base);
const page = (id) => document.getElementById(id);
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const number = (value) => (value === null ? "–" : value.toFixed(3));
const signed = (share) => `${share >= 0 ? "+" : "−"}${Math.abs(100 * share).toFixed(1)}`;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const distinct = (values) => [...new Set(values)];
const MORE = 25;
// Accuracy and log-loss on the part that every point is evaluated on, and on the test part if it is another.
const [[, accuracyName], [, lossName]] = data.columns;
const isTested = data.columns.length > 2;
const shownFigure = (point, [name]) => (name.endsWith("accuracy") ? percent : number)(point[name]);

function element(kind, text, className) {
  const made = document.createElement(kind);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function layout(more) {
  const axis = { gridcolor: colour("line"), zerolinecolor: colour("line"), automargin: true, fixedrange: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("ink"), family: "system-ui, sans-serif", size: 12 },
    margin: { l: 50, r: 10, t: 32, b: 44 }, hoverlabel: { align: "left" }, showlegend: false,
    ...more, xaxis: { ...axis, ...more.xaxis }, yaxis: { ...axis, ...more.yaxis },
  };
}

const OPTIONS = { displayModeBar: false, responsive: true };

function draw(target, traces, more) {
  Plotly.react(target, traces, layout(more), OPTIONS);
  if (target.dataset.clicks) return;
  target.dataset.clicks = "1";
  target.on("plotly_click", (event) => {
    const name = event.points[0].customdata;
    if (typeof name === "string") show(name);
  });
}

function hover(point) {
  const lines = [
    `<b>${escape(point.point)}</b>`,
    `${accuracyName} ${percent(point.accuracy)} (${percent(point.low)} to ${percent(point.high)})`,
    `log-loss ${number(point.log_loss)}`,
  ];
  if (base) lines.splice(2, 0, `${signed(point.accuracy - base.accuracy)} points to the base model`);
  if (isTested && point.test_accuracy !== null) lines.push(`test ${percent(point.test_accuracy)}`);
  return lines.join("<br>");
}

// Plotly's labels know some markup; a name is none.
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const cells = points.filter((point) => point.kept !== null && point.accuracy !== null);
const panels = data.panels;
const layers = distinct(cells.map((point) => point.lnum)).sort((a, b) => a - b);
const kept = data.kept;
const layerName = (lnum) => (lnum === -1 ? "all" : String(lnum));

function heatMaps() {
  const target = page("heat-maps");
  const value = page("value").value;
  const zero = base ? base[value] : 0;
  const shown = (point) => (value === "accuracy" ? 100 * (point[value] - zero) : zero - point[value]);
  const limit = Math.max(...cells.map((point) => Math.abs(shown(point))), 0.01);
  panels.forEach((name, index) => {
    const own = new Map(cells.filter((point) => point.panel === name).map((point) => [`${point.lnum} ${point.kept}`, point]));
    const grid = (make) => layers.map((lnum) => kept.map((amount) => {
      const point = own.get(`${lnum} ${amount}`);
      return point ? make(point) : null;
    }));
    const chosen = byName.get(data.chosen);
    const marks = [];
    if (chosen && chosen.panel === name && chosen.kept !== null) {
      const x = kept.indexOf(chosen.kept), y = layers.indexOf(chosen.lnum);
      marks.push({ type: "rect", x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5, line: { color: colour("ink"), width: 3 } });
    }
    draw(target.children[index], [{
      type: "heatmap", x: kept, y: layers.map(layerName), z: grid(shown), text: grid(hover), customdata: grid((point) => point.point),
      hovertemplate: "%{text}<extra></extra>", zmin: -limit, zmax: limit, colorscale: [[0, "#b3261e"], [0.5, colour("card")], [1, "#1f5fbf"]], xgap: 1, ygap: 1, hoverongaps: false,
      colorbar: { thickness: 10, title: { text: value === "accuracy" ? "points" : "nats", side: "right" } },
    }], {
      title: { text: `τ = ${escape(name)}`, font: { size: 14 } }, height: Math.max(230, 90 + 15 * layers.length), shapes: marks,
      xaxis: { title: { text: "fraction kept" }, type: "category" }, yaxis: { title: { text: "layer ℓ" }, type: "category" },
    });
  });
}

function lines() {
  const name = page("panel").value;
  const own = cells.filter((point) => point.panel === name);
  for (const [id, value, title] of [["accuracy-lines", "accuracy", accuracyName], ["loss-lines", "log_loss", `${lossName}, nats`]]) {
    const traces = layers.map((lnum, index) => {
      const line = kept.map((amount) => own.find((point) => point.lnum === lnum && point.kept === amount)).filter(Boolean);
      const share = layers.length > 1 ? index / (layers.length - 1) : 1;
      return {
        type: "scatter", mode: "lines+markers", name: `layer ${layerName(lnum)}`, x: line.map((point) => point.kept), y: line.map((point) => point[value]),
        text: line.map(hover), customdata: line.map((point) => point.point), hovertemplate: "%{text}<extra></extra>",
        line: { color: `hsl(${220 - 200 * share} 70% ${document.documentElement.dataset.dark ? 65 : 45}%)`, width: 1.5 }, marker: { size: 5 },
      };
    });
    const marks = base ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: base[value], y1: base[value], line: { color: colour("ink"), dash: "dot", width: 1.5 } }] : [];
    draw(page(id), traces, {
      height: 320, shapes: marks, xaxis: { type: "category", categoryarray: kept, title: { text: "fraction kept" } },
      yaxis: { title: { text: title }, tickformat: value === "accuracy" ? ".0%" : "" },
    });
  }
}

function both() {
  const tested = points.filter((point) => point.accuracy !== null && point.test_accuracy !== null);
  const marks = [];
  if (data.null) {
    marks.push({ type: "rect", yref: "paper", y0: 0, y1: 1, x0: base.accuracy, x1: base.accuracy + data.null.upper, fillcolor: colour("quiet"), opacity: 0.15, line: { width: 0 } });
  }
  const special = (point) => point.point === data.chosen || point.point === data.base;
  draw(page("validation-test"), [{
    type: "scatter", mode: "markers+text", x: tested.map((point) => point.accuracy), y: tested.map((point) => point.test_accuracy),
    text: tested.map((point) => (point.point === data.chosen ? "chosen" : point.point === data.base ? "base" : "")), textposition: tested.map((point) => (point.point === data.base ? "top right" : "top left")),
    hovertext: tested.map(hover), customdata: tested.map((point) => point.point), hovertemplate: "%{hovertext}<extra></extra>",
    marker: { size: tested.map((point) => (special(point) ? 12 : 6)), color: tested.map((point) => colour(special(point) ? "accent" : "quiet")) },
  }], {
    height: 380, shapes: marks, xaxis: { title: { text: "validation accuracy" }, tickformat: ".0%" }, yaxis: { title: { text: "test accuracy" }, tickformat: ".0%" },
  });
}

function spectrum() {
  const traces = data.spectrum.map((matrix) => ({
    type: "scatter", mode: "lines", name: matrix.name, x: matrix.values.map((_, index) => index + 1), y: matrix.values, line: { color: colour("accent") },
    hovertemplate: `component %{x}: %{y:.4g}<extra>${escape(matrix.name)}</extra>`,
  }));
  const marks = data.spectrum.filter((matrix) => matrix.rank !== null).map((matrix) => (
    { type: "line", yref: "paper", y0: 0, y1: 1, x0: matrix.rank + 0.5, x1: matrix.rank + 0.5, line: { color: colour("bad"), dash: "dash" } }
  ));
  draw(page("spectrum"), traces, {
    height: 320, shapes: marks, xaxis: { title: { text: "component, the largest first" } }, yaxis: { type: "log", title: { text: "singular value" } },
  });
}

// A table of which only the first rows that match are there.
function listing(rows, matches, row, body, count, more) {
  let most = MORE;
  function fill() {
    const found = rows.filter(matches);
    body.replaceChildren(...found.slice(0, most).map(row));
    count.textContent = found.length > most ? `${most} of ${found.length.toLocaleString("en")}` : `${found.length.toLocaleString("en")}`;
    more.hidden = found.length <= most;
  }
  more.addEventListener("click", () => { most += MORE; fill(); });
  fill();
  return () => { most = MORE; fill(); };
}

function pointRow(point) {
  const row = element("tr");
  const name = element("td");
  const button = element("button", point.point, "point");
  button.type = "button";
  button.addEventListener("click", () => show(point.point));
  name.append(button);
  row.append(name);
  for (const text of [point.rank === null ? "–" : String(point.rank), ...data.columns.map((column) => shownFigure(point, column))]) {
    row.append(element("td", text, "number"));
  }
  return row;
}

function pointTable() {
  const order = [...points].sort((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1) || (a.log_loss ?? 0) - (b.log_loss ?? 0));
  const search = page("point-search");
  const again = listing(order, (point) => point.point.includes(search.value.trim()), pointRow, page("points").tBodies[0], page("point-count"), page("more-points"));
  search.addEventListener("input", again);
}

function exampleTable() {
  const table = page("examples");
  if (!table) return;
  const search = page("example-search"), change = page("change");
  const rows = data.examples.map((example) => ({ ...example, all: [example.prompt, example.answer, example.before, example.after].join("\n").toLowerCase() }));
  const matches = (example) => (change.value === "all" || example.change === change.value) && example.all.includes(search.value.toLowerCase());
  const row = (example) => {
    const made = element("tr");
    made.append(element("td", String(example.example), "number"), element("td", example.change, example.change));
    for (const text of [example.prompt, example.answer, example.before, example.after]) made.append(element("td", text, "text"));
    return made;
  };
  const again = listing(rows, matches, row, table.tBodies[0], page("example-count"), page("more-examples"));
  search.addEventListener("input", again);
  change.addEventListener("input", again);
}

function show(name) {
  const point = byName.get(name);
  if (!point) return;
  const facts = [["point", point.point], ["rank", point.rank === null ? "–" : String(point.rank)], ...data.columns.map((column) => [column[1], shownFigure(point, column)])];
  if (point.accuracy !== null) facts.push([`${accuracyName}, 95 % interval`, `${percent(point.low)} to ${percent(point.high)}`]);
  if (base && point.accuracy !== null) facts.push([`${accuracyName}, to the base model`, `${signed(point.accuracy - base.accuracy)} points`]);
  page("facts").replaceChildren(...facts.map(([term, text]) => {
    const row = element("tr");
    const head = element("th", term);
    head.scope = "row";
    row.append(head, element("td", text));
    return row;
  }));
  page("point").showModal();
}

function drawAll() {
  document.documentElement.dataset.dark = getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) ? "1" : "";
  if (cells.length) { heatMaps(); lines(); }
  if (page("validation-test")) both();
  if (page("spectrum")) spectrum();
}

function start() {
  if (cells.length) {
    page("heat-maps").replaceChildren(...panels.map(() => element("div", undefined, "chart")));
    page("panel").replaceChildren(...panels.map((name) => element("option", name)));
    const chosen = byName.get(data.chosen);
    if (chosen && panels.includes(chosen.panel)) page("panel").value = chosen.panel;
    page("value").addEventListener("input", heatMaps);
    page("panel").addEventListener("input", lines);
  }
  page("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = document.documentElement.dataset.dark ? "light" : "dark";
    drawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  drawAll();
  pointTable();
  exampleTable();
}

start();
