"use strict";
// The page's data, and what its charts and tables share. Text of the data only ever becomes text.
const data = JSON.parse(document.getElementById("data").textContent);
const points = data.points;
const pointOf = new Map(points.map((point) => [point.point, point]));
const base = pointOf.get(data.base);
const chosen = pointOf.get(data.chosen);
// The figure by which points are compared: accuracy, or the perplexity of documents.
const headline = data.headline;
const tested = `test_${headline}`;
const isAccuracy = headline === "accuracy";
const [headlineName, logLossName] = data.columns.map(([, header]) => header);
const isTested = data.columns.some(([key]) => key === tested);

const byId = (id) => document.getElementById(id);
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)}\u00a0%`);
const number = (value) => (value === null ? "–" : value.toFixed(3));
const headlineText = isAccuracy
  ? percent
  : (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 2 }));

// The headline figure of a point compared with the base model's.
function changeText(point) {
  const [value, zero] = [point[headline], base[headline]];
  const change = isAccuracy ? value - zero : value / zero - 1;
  const size = Math.abs(100 * change).toFixed(isAccuracy ? 1 : 2);
  const sign = change >= 0 || Number(size) === 0 ? "+" : "−";
  return `${sign}${size}${isAccuracy ? " points" : "\u00a0%"}`;
}

// A figure of a point as text; a column is the figure's key and its header.
function figureText(point, [key]) {
  return (key === headline || key === tested ? headlineText : number)(point[key]);
}

// A figure of a point as charts show it: accuracies are in percent.
function plotted(point, key) {
  const value = point[key];
  const isShare = isAccuracy && (key === headline || key === tested);
  return isShare && value !== null ? 100 * value : value;
}

function rankText(point) {
  return point.rank === null ? "–" : String(point.rank);
}

function intervalText(point) {
  if (!isAccuracy) return `${headlineText(point.low)} to ${headlineText(point.high)}`;
  return `${(100 * point.low).toFixed(1)} to ${(100 * point.high).toFixed(1)}`;
}

function element(kind, text, className) {
  const made = document.createElement(kind);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// The dialog with all figures of a point.
function showPoint(name) {
  const point = pointOf.get(name);
  if (!point) return;
  byId("permalink").href = linkTo(name);
  byId("facts").replaceChildren(...factsOf(point).map(factRow));
  byId("point").showModal();
}

function factsOf(point) {
  const figures = data.columns.map((column) => [column[1], figureText(point, column)]);
  const facts = [["point", point.point], ["rank", rankText(point)], ...figures];
  if (point[headline] === null) return facts;
  facts.push([`${headlineName}, 95 % interval`, intervalText(point)]);
  if (base) facts.push([`${headlineName}, compared with the base model`, changeText(point)]);
  return facts;
}

function factRow([term, text]) {
  const row = element("tr");
  const head = element("th", term);
  head.scope = "row";
  row.append(head, element("td", text));
  return row;
}
