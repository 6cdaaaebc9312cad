"use strict";
/* The queue by keyboard: J and K choose a row, Enter opens it. */
(function () {
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr[data-href]"));
  function move(step) {
    var at = rows.indexOf(document.activeElement);
    var next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
  rows.forEach(function (row) {
    row.addEventListener("click", function (event) { if (!event.target.closest("a,button")) location.href = row.dataset.href; });
  });
  document.addEventListener("keydown", function (event) {
    if (office.typing(event)) return;
    if (event.key === "j" || event.key === "J") move(1);
    if (event.key === "k" || event.key === "K") move(-1);
    if (event.key === "Enter" && document.activeElement.dataset.href) location.href = document.activeElement.dataset.href;
  });
})();
