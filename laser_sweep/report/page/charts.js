// The page's charts, drawn by Plotly.
const OPTIONS = { displayModeBar: false, responsive: true };
const WORSE = "#b3261e";
const BETTER = "#1f5fbf";
const LEFT_OUT = "not evaluated on the whole validation part";

const cells = points.filter((point) => point.kept !== null && point[headline] !== null);
const placed = points.filter((point) => point.kept !== null);
const leftOut = placed.filter((point) => point[headline] === null);
const layers = [...new Set(placed.map((point) => point.lnum))].sort((a, b) => a - b);
const layerName = (lnum) => (lnum === -1 ? "all" : String(lnum));

// A colour of the style sheet.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function isDark() {
  const { colorScheme } = getComputedStyle(document.documentElement);
  const system = matchMedia("(prefers-color-scheme: dark)").matches;
  return colorScheme === "dark" || (!document.documentElement.dataset.theme && system);
}

function layout(own) {
  const line = colour("line");
  const axis = { gridcolor: line, zerolinecolor: line, automargin: true, fixedrange: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("ink"), family: "system-ui, sans-serif", size: 12 },
    margin: { l: 50, r: 10, t: 32, b: 44 },
    hoverlabel: { align: "left" },
    showlegend: false,
    ...own,
    xaxis: { ...axis, ...own.xaxis },
    yaxis: { ...axis, ...own.yaxis },
  };
}

// Draw a chart, or draw it again; a click on a point shows its figures.
function draw(target, traces, own) {
  Plotly.react(target, traces, layout(own), OPTIONS);
  if (target.dataset.clicks) return;
  target.dataset.clicks = "1";
  target.append(svgButton(target));
  target.on("plotly_click", (event) => {
    const name = event.points[0].customdata;
    if (typeof name === "string") showPoint(name);
  });
}

// Plotly interprets some markup in its labels, which names and texts must not be taken for.
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function hoverText(point) {
  const lines = [
    `<b>${escape(point.point)}</b>`,
    `${headlineName} ${headlineText(point[headline])} (${intervalText(point)})`,
  ];
  if (base) lines.push(`${changeText(point)} compared with the base model`);
  lines.push(`log-loss ${number(point.log_loss)}`);
  if (isTested && point[tested] !== null) lines.push(`test ${headlineText(point[tested])}`);
  return lines.join("<br>");
}

function verticalLine(x, line) {
  return { type: "line", yref: "paper", y0: 0, y1: 1, x0: x, x1: x, line };
}

function horizontalLine(y, line) {
  return { type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, line };
}

// The range and the ticks of an axis of the headline figure that has these plotted values.
function headlineAxis(values) {
  if (!isAccuracy) return { type: "log" };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const around = Math.max(0.08 * (high - low), 0.5);
  // A chart's own range would go beyond 0 and 100 % where the values are close together.
  const range = [Math.max(low - around, -0.5), Math.min(high + around, 100.5)];
  return { range, tickformat: range[1] - range[0] < 6 ? ".1f" : ".0f", ticksuffix: "\u00a0%" };
}

// Validation against test, one marker for each point that is evaluated on both parts.

function drawValidationTest() {
  const both = points.filter((point) => point[headline] !== null && point[tested] !== null);
  const values = both.flatMap((point) => [plotted(point, headline), plotted(point, tested)]);
  const axis = headlineAxis(values);
  draw(byId("validation-test"), [validationTestTrace(both)], {
    height: 380,
    shapes: [diagonal(axis.range ?? values), ...(data.null ? [chanceBand()] : [])],
    xaxis: { title: { text: `validation ${headline}` }, ...axis },
    yaxis: { title: { text: `test ${headline}` }, ...axis },
  });
}

// The line on which both parts agree.
function diagonal(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const line = { color: colour("quiet"), dash: "dot", width: 1.5 };
  return { type: "line", layer: "below", x0: low, y0: low, x1: high, y1: high, line };
}

function validationTestTrace(both) {
  const name = (point) => (point === chosen ? "chosen" : point === base ? "base" : "");
  return {
    type: "scatter",
    mode: "markers+text",
    x: both.map((point) => plotted(point, headline)),
    y: both.map((point) => plotted(point, tested)),
    text: both.map(name),
    textposition: both.map((point) => (point === base ? "top right" : "top left")),
    hovertext: both.map(hoverText),
    customdata: both.map((point) => point.point),
    hovertemplate: "%{hovertext}<extra></extra>",
    marker: {
      size: both.map((point) => (name(point) ? 12 : 6)),
      color: both.map((point) => colour(name(point) ? "accent" : "quiet")),
    },
  };
}

// The gains on the validation part that chance explains.
function chanceBand() {
  const start = plotted(base, headline);
  const corners = { y0: 0, y1: 1, x0: start, x1: start + 100 * data.null.upper };
  const style = { fillcolor: colour("quiet"), opacity: 0.15, line: { width: 0 } };
  return { type: "rect", yref: "paper", ...corners, ...style };
}

// The singular values of the matrices that the chosen point edits.

function drawSpectrum() {
  const dashed = { color: colour("bad"), dash: "dash" };
  const cut = data.spectrum.filter((matrix) => matrix.rank !== null);
  draw(byId("spectrum"), data.spectrum.map(spectrumTrace), {
    height: 320,
    shapes: cut.map((matrix) => verticalLine(matrix.rank + 0.5, dashed)),
    xaxis: { title: { text: "component, the largest first" } },
    yaxis: { type: "log", title: { text: "singular value" } },
  });
}

function spectrumTrace(matrix) {
  return {
    type: "scatter",
    mode: "lines",
    name: matrix.name,
    x: matrix.components,
    y: matrix.values,
    line: { color: colour("accent") },
    hovertemplate: `component %{x}: %{y:.4g}<extra>${escape(matrix.name)}</extra>`,
  };
}
