// Links to points: with `#point=NAME` at its end, the page's address leads to the point's row.
let linked = null;

function linkTo(name) {
  return `#point=${encodeURIComponent(name)}`;
}

function pointLink(name) {
  const link = element("a", "#", "permalink");
  link.href = linkTo(name);
  link.ariaLabel = `Link to ${name}`;
  return link;
}

// Mark the row of the point that the address names, and scroll to it.
function openLinked() {
  const options = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  const point = pointOf.get(options.get("point"));
  if (!point) return;
  linked = point;
  byId("point").close();
  byId("point-search").value = point.point;
  byId("point-search").dispatchEvent(new Event("input"));
  const row = byId("points").querySelector(".linked");
  row.scrollIntoView({ block: "center" });
  row.querySelector("button").focus({ preventScroll: true });
}

function markLinked(row) {
  row.className = "linked";
  row.ariaCurrent = "true";
}
