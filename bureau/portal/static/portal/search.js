"use strict";
/* Search of an exported folder: reads search.json once and looks for every word of the query. */
(function () {
  var box = document.getElementById("results");
  var input = document.getElementById("q");
  if (!box || !input) return;
  var rows = null;
  function show(message) {
    box.textContent = "";
    var p = document.createElement("p");
    p.className = "empty";
    p.textContent = message;
    box.appendChild(p);
  }
  function look() {
    var words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { show("输入词语后显示结果。"); return; }
    var hits = rows.filter(function (row) {
      var text = (row.title + "\n" + row.doc_no + "\n" + row.text).toLowerCase();
      return words.every(function (word) { return text.indexOf(word) >= 0; });
    });
    if (!hits.length) { show("没有找到。可以换一个更短的词。"); return; }
    box.textContent = "";
    var list = document.createElement("ol");
    list.className = "hits";
    hits.slice(0, 200).forEach(function (row) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = row.url;
      link.textContent = row.title;
      var place = Math.max(0, row.text.toLowerCase().indexOf(words[0]) - 30);
      var snippet = document.createElement("p");
      snippet.className = "snippet";
      snippet.textContent = row.text.slice(place, place + 100).replace(/\s+/g, " ");
      item.appendChild(link);
      item.appendChild(snippet);
      list.appendChild(item);
    });
    box.appendChild(list);
  }
  input.form.addEventListener("submit", function (event) { event.preventDefault(); if (rows) look(); });
  input.addEventListener("input", function () { if (rows) look(); });
  fetch(box.dataset.index).then(function (answer) { return answer.json(); }).then(function (data) {
    rows = data;
    var asked = new URLSearchParams(location.search).get("q");
    if (asked) { input.value = asked; }
    look();
  }).catch(function () { show("直接打开文件夹时浏览器不允许检索：请把文件夹放到网站服务器上，或在目录页中查找。"); });
})();
