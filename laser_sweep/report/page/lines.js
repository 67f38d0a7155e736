// The lines over the amount kept, one for each layer, in the colours of the figures' files.
const [LOWEST_LAYER, HIGHEST_LAYER] = data.layers?.range ?? [0, 1];

function drawLines() {
  const own = cells.filter((point) => point.panel === byId("panel").value);
  const shown = [...own, ...(base ? [base] : [])].map((point) => plotted(point, headline));
  drawLineChart("headline-lines", headline, { title: headlineName, ...headlineAxis(shown) });
  drawLineChart("loss-lines", "log_loss", { title: `${logLossName}, nats` });
}

function drawLineChart(id, figure, { title, ...axis }) {
  const own = cells.filter((point) => point.panel === byId("panel").value);
  const dashed = { color: colour("ink"), dash: "dash", width: 1.5 };
  const lines = layers.map((lnum) => own.filter((point) => point.lnum === lnum));
  // The line of the chosen point is on top.
  lines.sort((a, b) => a.includes(chosen) - b.includes(chosen));
  draw(byId(id), [...lines.map((line) => lineTrace(line, figure)), ...layerBar()], {
    height: 320,
    shapes: base ? [horizontalLine(plotted(base, figure), dashed)] : [],
    xaxis: amountAxis(),
    yaxis: { title: { text: title }, ...axis },
  });
}

// The axis of the amounts, to scale, from the mildest edits on the left.
function amountAxis() {
  const { title, labels, is_log: isLog, is_reversed: isReversed } = data.axis;
  return {
    type: isLog ? "log" : "linear",
    autorange: isReversed ? "reversed" : true,
    tickvals: Object.keys(labels).map((amount) => data.axis.places[amount]),
    ticktext: Object.values(labels),
    zeroline: false,
    title: { text: title },
  };
}

function lineTrace(onLayer, figure) {
  const place = (point) => data.axis.places[point.kept];
  const line = [...onLayer].sort((a, b) => place(a) - place(b));
  const ofChosen = (yes, no) => line.map((point) => (point === chosen ? yes : no));
  return {
    type: "scatter",
    mode: "lines+markers",
    x: line.map(place),
    y: line.map((point) => plotted(point, figure)),
    text: line.map(hoverText),
    customdata: line.map((point) => point.point),
    hovertemplate: "%{text}<extra></extra>",
    line: { color: layerColour(line[0]?.lnum), width: line.includes(chosen) ? 3.5 : 1.5 },
    marker: { size: ofChosen(12, 5), symbol: ofChosen("diamond", "circle"), line: { width: 0 } },
  };
}

// All layers at once have no place on the colour bar.
function layerColour(lnum) {
  return data.layers?.colours[lnum] ?? colour("ink");
}

// A trace without points, which has the colour bar of the layers.
function layerBar() {
  if (!data.layers) return [];
  const scale = data.layers.scale.map((hex, index, { length }) => [index / (length - 1), hex]);
  const range = { cmin: LOWEST_LAYER, cmax: HIGHEST_LAYER, colorscale: scale, showscale: true };
  const dtick = Math.max(1, Math.round((HIGHEST_LAYER - LOWEST_LAYER) / 8));
  const colorbar = { thickness: 10, dtick, title: { text: "layer ℓ", side: "right" } };
  const marker = { color: [LOWEST_LAYER], ...range, colorbar };
  return [{ type: "scatter", mode: "markers", x: [null], y: [null], hoverinfo: "skip", marker }];
}
