"use strict";
// The page's data, and what its charts and tables share. Text of the data only ever becomes text.
const data = JSON.parse(document.getElementById("data").textContent);
const points = data.points;
const pointOf = new Map(points.map((point) => [point.point, point]));
const base = pointOf.get(data.base);
const chosen = pointOf.get(data.chosen);
const [accuracyName, logLossName] = data.columns.map(([, header]) => header);
const isTested = data.columns.length > 2;

const byId = (id) => document.getElementById(id);
const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const number = (value) => (value === null ? "–" : value.toFixed(3));
const pointsText = (difference) =>
  `${difference >= 0 ? "+" : "−"}${Math.abs(100 * difference).toFixed(1)} points`;

// A figure of a point as text; a column is the figure's key and its header.
function figureText(point, [key]) {
  return (key.endsWith("accuracy") ? percent : number)(point[key]);
}

function rankText(point) {
  return point.rank === null ? "–" : String(point.rank);
}

function intervalText(point) {
  return `${percent(point.low)} to ${percent(point.high)}`;
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
  byId("facts").replaceChildren(...factsOf(point).map(factRow));
  byId("point").showModal();
}

function factsOf(point) {
  const figures = data.columns.map((column) => [column[1], figureText(point, column)]);
  const facts = [["point", point.point], ["rank", rankText(point)], ...figures];
  if (point.accuracy === null) return facts;
  facts.push([`${accuracyName}, 95 % interval`, intervalText(point)]);
  if (base) {
    const difference = pointsText(point.accuracy - base.accuracy);
    facts.push([`${accuracyName}, compared with the base model`, difference]);
  }
  return facts;
}

function factRow([term, text]) {
  const row = element("tr");
  const head = element("th", term);
  head.scope = "row";
  row.append(head, element("td", text));
  return row;
}
