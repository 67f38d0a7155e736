// The page's two long tables, of points and of examples: searched, and shown a part at a time.
const ROWS_AT_A_TIME = 25;

// Show the first matching items as rows, and more of them on demand.
// Returns a function that begins again, for when the search has changed.
function listing({ items, matches, row, body, count, more }) {
  let most = ROWS_AT_A_TIME;
  function fill() {
    const found = items.filter(matches);
    const total = found.length.toLocaleString("en");
    body.replaceChildren(...found.slice(0, most).map(row));
    count.textContent = found.length > most ? `${most} of ${total}` : total;
    more.hidden = found.length <= most;
  }
  more.addEventListener("click", () => {
    most += ROWS_AT_A_TIME;
    fill();
  });
  fill();
  return () => {
    most = ROWS_AT_A_TIME;
    fill();
  };
}

function fillPointTable() {
  const search = byId("point-search");
  const restart = listing({
    items: [...points].sort(bestFirst),
    matches: (point) => point.point.includes(search.value.trim()),
    row: pointRow,
    body: byId("points").tBodies[0],
    count: byId("point-count"),
    more: byId("more-points"),
  });
  search.addEventListener("input", restart);
}

function bestFirst(a, b) {
  // A point that was left out has no figures, and comes last.
  const loss = (point) => point.log_loss ?? Infinity;
  const byLoss = loss(a) === loss(b) ? 0 : loss(a) - loss(b);
  return (isAccuracy && (b.accuracy ?? -1) - (a.accuracy ?? -1)) || byLoss;
}

function pointRow(point) {
  const button = element("button", point.point, "point");
  button.type = "button";
  button.addEventListener("click", () => showPoint(point.point));
  const name = element("td", "", "name");
  name.append(button, " ", pointLink(point.point));
  const figures = data.columns.map((column) => figureText(point, column));
  const numbers = [rankText(point), ...figures].map((text) => element("td", text, "number"));
  const row = element("tr");
  row.append(name, ...numbers);
  if (point === linked) markLinked(row);
  return row;
}

function fillExampleTable() {
  const search = byId("example-search");
  const change = byId("change");
  const isShown = (example) => change.value === "all" || example.change === change.value;
  const restart = listing({
    items: data.examples.map((example) => ({ ...example, searched: searchedText(example) })),
    matches: (example) => isShown(example) && example.searched.includes(search.value.toLowerCase()),
    row: exampleRow,
    body: byId("examples").tBodies[0],
    count: byId("example-count"),
    more: byId("more-examples"),
  });
  search.addEventListener("input", restart);
  change.addEventListener("input", restart);
}

function textsOf(example) {
  return [example.prompt, example.answer, example.before, example.after];
}

function searchedText(example) {
  return textsOf(example).join("\n").toLowerCase();
}

function exampleRow(example) {
  const row = element("tr");
  row.append(
    element("td", String(example.example), "number"),
    element("td", example.change, example.change),
    ...textsOf(example).map((text) => element("td", text, "text")),
  );
  return row;
}
