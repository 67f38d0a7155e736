// Downloads: each table as CSV, and each chart as SVG, by a button below it.

function download(name, type, content) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A button that downloads what it is about; `make` returns the file's content, or promises it.
function downloadButton(kind, type, name, make) {
  const button = element("button", kind.toUpperCase(), "download");
  button.type = "button";
  button.ariaLabel = `${kind.toUpperCase()} of ${name}`;
  const file = `${name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_")}.${kind}`;
  button.addEventListener("click", async () => download(file, type, await make()));
  return button;
}

function addCsvButtons() {
  for (const region of document.querySelectorAll(".scrolls")) {
    const make = () => csvOf(rowsOf(region.querySelector("table")));
    region.after(downloadButton("csv", "text/csv", region.ariaLabel, make));
  }
}

// Of the two long tables all rows, with all digits; of the others what they show.
function rowsOf(table) {
  if (table.id === "points") return pointRecords();
  if (table.id === "examples") return exampleRecords(table);
  return [...table.rows].map((row) => [...row.cells].map((cell) => asciiText(cell.innerText)));
}

function pointRecords() {
  const keys = ["rank", ...data.columns.map(([key]) => key)];
  const headers = ["point", "rank", ...data.columns.map(([, header]) => header)];
  const records = points.map((point) => [point.point, ...keys.map((key) => point[key] ?? "")]);
  return [headers, ...records];
}

function exampleRecords(table) {
  const headers = [...table.tHead.rows[0].cells].map((cell) => cell.innerText);
  const record = (example) => [example.example, example.change, ...textsOf(example)];
  return [headers, ...data.examples.map(record)];
}

// A text of the page with the signs and the spaces that programs read.
function asciiText(text) {
  return text.replace(/\s+/g, " ").replaceAll("−", "-").trim();
}

function csvOf(rows) {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value) {
  const text = String(value);
  // Spreadsheets would compute a text that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-][\d.]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function svgButton(chart) {
  return downloadButton("svg", "image/svg+xml", chart.dataset.name, () => svgOf(chart));
}

async function svgOf(chart) {
  const { width, height } = chart.querySelector(".main-svg").getBoundingClientRect();
  // The chart's own background is the page's, without which dark charts could not be read.
  const layout = { ...chart.layout, paper_bgcolor: colour("paper") };
  const size = { format: "svg", width, height };
  const address = await Plotly.toImage({ data: chart.data, layout }, size);
  return decodeURIComponent(address.slice(address.indexOf(",") + 1));
}
