// Draws the page, and draws its charts again when the user changes something.

function drawCharts() {
  if (cells.length) {
    drawHeatMaps();
    drawLines();
  }
  if (byId("validation-test")) drawValidationTest();
  if (byId("spectrum")) drawSpectrum();
}

function prepareMaps() {
  byId("heat-maps").replaceChildren(...data.panels.map(mapOf));
  byId("panel").replaceChildren(...data.panels.map((panel) => element("option", panel)));
  if (chosen && data.panels.includes(chosen.panel)) byId("panel").value = chosen.panel;
  byId("value").addEventListener("input", drawHeatMaps);
  byId("panel").addEventListener("input", drawLines);
}

function mapOf(panel) {
  const chart = element("div", undefined, "chart");
  chart.dataset.name = `${headline} of ${panel}`;
  return chart;
}

function switchTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  drawCharts();
}

if (cells.length) prepareMaps();
byId("theme").addEventListener("click", switchTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
drawCharts();
fillPointTable();
if (byId("examples")) fillExampleTable();
addCsvButtons();
byId("permalink").addEventListener("click", () => byId("point").close());
addEventListener("hashchange", openLinked);
openLinked();
