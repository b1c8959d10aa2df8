// In a report that is read here: a click on a number leads to what stands behind it.
document.addEventListener("click", (event) => {
  const number = event.target.closest("[data-estimate]");
  if (!number || event.target.closest("a")) return;
  const { study, snapshot } = document.body.dataset;
  const estimate = number.dataset.estimate.trim().split(/[\s,]+/)[0];
  if (estimate) window.location.assign(["/trace", study, snapshot, estimate].map((p, i) => (i ? encodeURIComponent(p) : p)).join("/"));
});
