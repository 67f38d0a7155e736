// The heat maps, one for each panel.

const UNITS = {
  accuracy: "points above base",
  perplexity: "nats below base",
  log_loss: "nats below base",
  bits_per_byte: "bits below base",
};

// The gain at the ends of the colour scale. A few edits that ruin a model would leave no colour for
// the others; their cells have a cross.
function limitOf(gains) {
  const sizes = gains.map(Math.abs).sort((a, b) => a - b);
  const most = sizes[Math.floor(0.9 * (sizes.length - 1))];
  return Math.max(most, ...gains, isAccuracy ? 1 : 0.001);
}

function drawHeatMaps() {
  const figure = byId("value").value;
  const zero = base ? base[figure] : 0;
  const gain = (point) => {
    if (figure === "accuracy") return 100 * (point.accuracy - zero);
    return figure === "perplexity" ? Math.log(zero / point.perplexity) : zero - point[figure];
  };
  const limit = limitOf(cells.map(gain));
  const scale = { gain, limit, unit: UNITS[figure] };
  data.panels.forEach((panel, index) => {
    drawHeatMap(byId("heat-maps").children[index], panel, scale);
  });
}

function drawHeatMap(target, panel, scale) {
  const traces = [heatMapTrace(gridOf(panel, cells), scale), crossesTrace(panel, scale)];
  if (leftOut.length) traces.unshift(leftOutTrace(gridOf(panel, leftOut)));
  draw(target, traces, {
    title: { text: `τ = ${escape(panel)}`, font: { size: 14 } },
    height: Math.max(230, 90 + 15 * layers.length),
    shapes: chosen && chosen.panel === panel && chosen.kept !== null ? [chosenFrame()] : [],
    xaxis: { title: { text: data.axis.title }, type: "category" },
    yaxis: { title: { text: "layer ℓ" }, type: "category" },
  });
}

// A function that maps each cell of a panel, by layer and amount; a cell without a point is null.
function gridOf(panel, among) {
  const own = among.filter((point) => point.panel === panel);
  const pointAt = new Map(own.map((point) => [`${point.lnum} ${point.kept}`, point]));
  return (value) =>
    layers.map((lnum) =>
      data.kept.map((amount) => {
        const point = pointAt.get(`${lnum} ${amount}`);
        return point ? value(point) : null;
      }),
    );
}

function heatMapTrace(grid, { gain, limit, unit }) {
  return {
    ...cellTrace(grid, gain, hoverText),
    customdata: grid((point) => point.point),
    zmin: -limit,
    zmax: limit,
    // prettier-ignore
    colorscale: [[0, WORSE], [0.5, colour("card")], [1, BETTER]],
    colorbar: { thickness: 10, title: { text: `${unit}: better (×: more)`, side: "right" } },
  };
}

// A cross on each cell whose gain is beyond the colour scale.
function crossesTrace(panel, { gain, limit }) {
  const own = cells.filter((point) => point.panel === panel && Math.abs(gain(point)) > limit);
  return {
    type: "scatter",
    mode: "markers",
    x: own.map((point) => point.kept),
    y: own.map((point) => layerName(point.lnum)),
    hoverinfo: "skip",
    marker: { symbol: "x", size: 5, color: "#ffffff" },
  };
}

// The cells of points that the search left out, in grey.
function leftOutTrace(grid) {
  const grey = colour("line");
  const text = (point) => `<b>${escape(point.point)}</b><br>${LEFT_OUT}`;
  const colorscale = [[0, grey], [1, grey]];
  return { ...cellTrace(grid, () => 0, text), colorscale, showscale: false };
}

function cellTrace(grid, value, text) {
  const axes = { x: data.kept, y: layers.map(layerName), z: grid(value), text: grid(text) };
  const look = { xgap: 1, ygap: 1, hoverongaps: false, hovertemplate: "%{text}<extra></extra>" };
  return { type: "heatmap", ...axes, ...look };
}

function chosenFrame() {
  const x = data.kept.indexOf(chosen.kept);
  const y = layers.indexOf(chosen.lnum);
  const corners = { x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5 };
  return { type: "rect", ...corners, line: { color: colour("ink"), width: 3 } };
}
