"use strict";
/* One item: read, choose, confirm. Spans come ready-cut from the server and go back with their
   quoted text; this script never slices the document by offsets of its own. */
(function () {
  var data = JSON.parse(document.getElementById("item-data").textContent);
  var may = JSON.parse(document.getElementById("may").textContent);
  var base = "/item/" + data.id + "/";
  var byId = {};
  data.findings.forEach(function (f) { byId[f.id] = f; });
  var state = startState();
  var done = [], undone = [], current = null, view = "text", saveTimer = null, finished = false;
  var $ = function (id) { return document.getElementById(id); };

  function startState() {
    var s = { label: "", grounds: [], ground_reason: "", verdicts: {}, added: [], regions: [], title: data.title, reason: "" };
    if (data.decision) { s.label = data.decision.label; s.verdicts = Object.assign({}, data.decision.verdicts); s.title = data.decision.title || data.title; }
    else if (data.suggestion && data.suggestion.label) {
      s.label = data.suggestion.label;
      s.grounds = data.suggestion.grounds.map(function (g) { return g.id; }).filter(Boolean);
    }
    if (may.review && data.draft && data.draft.state) s = Object.assign(s, data.draft.state);
    return s;
  }
  function element(tag, attributes, children) {
    var e = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (k) {
      if (k === "text") e.textContent = attributes[k];
      else if (k === "class") e.className = attributes[k];
      else if (k.slice(0, 2) === "on") e.addEventListener(k.slice(2), attributes[k]);
      else if (attributes[k] !== null && attributes[k] !== undefined) e.setAttribute(k, attributes[k]);
    });
    (children || []).forEach(function (c) { if (c) e.appendChild(typeof c === "string" ? document.createTextNode(c) : c); });
    return e;
  }
  function all() { return data.findings.concat(state.added.map(function (a) { return a.shown; })); }
  function actionOf(f) { return state.verdicts[f.id] || f.action; }
  function open() { return all().filter(function (f) { return actionOf(f) === "must_decide"; }); }

  /* change, undo, redo, draft */
  function change(what) {
    if (!may.review) return;
    done.push(JSON.stringify(state));
    undone = [];
    what(state);
    drawAll();
    save();
  }
  function step(from, to) {
    if (!from.length) { office.notice("没有可以" + (from === done ? "撤销" : "重做") + "的操作"); return; }
    to.push(JSON.stringify(state));
    state = JSON.parse(from.pop());
    drawAll();
    save();
  }
  function save() {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(function () {
      if (finished) return;
      office.send(base + "draft", { version: data.version, state: state })
        .then(function () { $("saved").textContent = "草稿已保存"; })
        .catch(function (error) { $("saved").textContent = "草稿未保存：" + error.message; });
    }, 700);
  }

  /* the document */
  function drawText() {
    var sheet = $("text"), top = sheet.scrollTop, annex = "";
    var addedAt = state.added;
    var box = document.createDocumentFragment();
    data.lines.forEach(function (line) {
      if (line.annex && line.annex !== annex) box.appendChild(element("div", { class: "annex-name", text: line.annex + "（不会公开）" }));
      annex = line.annex;
      var row = element("div", { class: "line" + (line.annex ? " annex" : "") });
      line.segments.forEach(function (s) {
        var ids = s[3], inner = ids.length ? byId[ids[ids.length - 1]] : null, text = s[2].replace(/\n$/, "");
        var extra = addedAt.find(function (a) { return a.start < s[1] && a.end > s[0]; });
        var span = element("span", { "data-start": s[0], "data-end": s[1], text: text });
        if (inner) {
          span.className = "f " + actionOf(inner) + (current === inner.id ? " now" : "");
          var f = inner;
          if (s[1] === f.start + Array.from(f.text).length) span.className += " last";
          span.dataset.id = inner.id;
          span.title = inner.name + "：" + inner.reason;
        }
        if (extra) span.className += " added";
        row.appendChild(span);
      });
      box.appendChild(row);
    });
    sheet.textContent = "";
    sheet.appendChild(box);
    sheet.scrollTop = top;
  }
  function drawPages() {
    var sheet = $("pages");
    if (!data.pages.length) return;
    var names = "http://www.w3.org/2000/svg";
    if (!sheet.firstChild) {
      data.pages.forEach(function (p, index) {
        var svg = document.createElementNS(names, "svg");
        svg.setAttribute("viewBox", "0 0 " + p.width + " " + p.height);
        svg.setAttribute("data-page", index);
        var image = document.createElementNS(names, "image");
        image.setAttribute("href", base + "page/" + index + ".png");
        image.setAttribute("width", p.width);
        image.setAttribute("height", p.height);
        svg.appendChild(image);
        svg.appendChild(document.createElementNS(names, "g"));
        drawable(svg, index, p);
        sheet.appendChild(svg);
      });
    }
    sheet.querySelectorAll("svg").forEach(function (svg) {
      var index = Number(svg.dataset.page), group = svg.querySelector("g");
      group.textContent = "";
      function rect(b, name, id) {
        var r = document.createElementNS(names, "rect");
        r.setAttribute("x", b.x); r.setAttribute("y", b.y); r.setAttribute("width", b.w); r.setAttribute("height", b.h);
        r.setAttribute("class", name);
        if (id) r.addEventListener("click", function () { choose(id, false); });
        group.appendChild(r);
      }
      data.findings.forEach(function (f) {
        f.boxes.forEach(function (b) { if (b.page === index) rect(b, actionOf(f) + (current === f.id ? " now" : ""), f.id); });
      });
      state.regions.forEach(function (r) { if (r.page_index === index) rect({ x: r.x0, y: r.top, w: r.x1 - r.x0, h: r.bottom - r.top }, "drawn"); });
    });
  }
  function drawable(svg, index, page) {
    var from = null;
    function at(event) {
      var box = svg.getBoundingClientRect();
      return { x: (event.clientX - box.left) * page.width / box.width, y: (event.clientY - box.top) * page.height / box.height };
    }
    svg.addEventListener("pointerdown", function (event) { if (may.review && event.button === 0) from = at(event); });
    svg.addEventListener("pointerup", function (event) {
      if (!from) return;
      var to = at(event), start = from;
      from = null;
      if (Math.abs(to.x - start.x) < 4 || Math.abs(to.y - start.y) < 4) return;
      change(function (s) {
        s.regions.push({ page_index: index, x0: Math.min(start.x, to.x), top: Math.min(start.y, to.y), x1: Math.max(start.x, to.x), bottom: Math.max(start.y, to.y) });
      });
      office.notice("已添加遮盖框，U 可撤销");
    });
  }
  function drawPreview() {
    if (view !== "preview" && view !== "both") return;
    office.send(base + "preview", { verdicts: state.verdicts, added: state.added.map(plainAdded) }).then(function (answer) {
      var sheet = $("preview"), row = element("div", { class: "line" });
      answer.pieces.forEach(function (piece) {
        row.appendChild(piece[1] ? element("span", { class: "mask", title: piece[1], text: piece[0] }) : document.createTextNode(piece[0]));
      });
      sheet.textContent = "";
      sheet.appendChild(row);
    }).catch(function (error) { office.notice(error.message, true); });
  }
  function show(name) {
    view = name;
    $("text").hidden = !(name === "text" || name === "both");
    $("pages").hidden = name !== "pages";
    $("preview").hidden = !(name === "preview" || name === "both");
    document.querySelector(".sheets").classList.toggle("both", name === "both");
    document.querySelectorAll("[data-view]").forEach(function (b) { b.setAttribute("aria-selected", b.dataset.view === name); });
    if (name === "pages") drawPages();
    drawPreview();
  }

  /* what the machine thinks, and what it cannot reconcile */
  function drawSigns() {
    var box = $("signs"), s = data.suggestion;
    box.textContent = "";
    if (!s) return;
    if (s.declared) box.appendChild(element("p", { text: "拟稿人标注：" + s.declared.name }));
    s.conflicts.forEach(function (c) { box.appendChild(element("p", { class: "conflict", text: c.message })); });
    s.secrecy.forEach(function (r) { box.appendChild(element("p", { class: "conflict", text: r })); });
    if (data.parts) box.appendChild(element("p", { class: "conflict", text: "本文件含 " + data.parts + " 份公文，须填写涵盖全部内容的标题，或拆分后重新投放。" }));
  }
  function drawLabels() {
    var box = $("labels"), s = data.suggestion;
    box.textContent = "";
    if (s) {
      var lines = [element("p", {}, ["系统建议：", element("b", { text: s.name }), s.label ? element("span", { title: s.probability === null ? "" : "概率 " + Math.round(s.probability * 100) + "%", text: "　" + s.confidence }) : null])];
      if (!s.label && s.possible.length) lines.push(element("p", { text: "不能排除：" + s.possible.join("、") }));
      s.grounds.forEach(function (g) {
        lines.push(element("p", {}, [g.citation + "　" + g.reason + " ", g.evidence.length ? element("button", { type: "button", text: "看证据", onclick: function () { reveal(g.evidence[0]); } }) : null]));
      });
      box.appendChild(element("div", { class: "suggested-box" }, lines));
    }
    if (data.decision) {
      var d = data.decision, text = [element("p", {}, ["已确认：", element("b", { text: d.name }), "　" + d.by + "　" + d.at.slice(0, 16).replace("T", " ")])];
      d.grounds.forEach(function (g) { text.push(element("p", { text: g.citation + "　" + g.reason })); });
      if (d.reason) text.push(element("p", { text: "说明：" + d.reason }));
      box.appendChild(element("div", { class: "decided-box" }, text));
    }
    if (!may.review) return;
    var row = element("div", { class: "choices", role: "group", "aria-label": "标签" });
    Object.keys(data.labels).forEach(function (key, index) {
      row.appendChild(element("button", { type: "button", class: key, "aria-pressed": state.label === key, text: (index + 1) + " " + data.labels[key], onclick: function () { setLabel(key); } }));
    });
    box.appendChild(row);
    if (state.label) {
      var options = data.grounds[state.label], chosen = options.filter(function (g) { return state.grounds.indexOf(g.id) >= 0; });
      chosen.forEach(function (g) { box.appendChild(groundBox(g)); });
      var more = element("details", { class: "more" }, [element("summary", { text: chosen.length ? "更换或增加依据" : "选择依据" })]);
      if (!chosen.length) more.open = true;
      var list = element("div", { class: "grounds-more" });
      options.filter(function (g) { return chosen.indexOf(g) < 0; }).forEach(function (g) { list.appendChild(groundBox(g)); });
      more.appendChild(list);
      box.appendChild(more);
    }
    box.appendChild(field("公开用标题", "title", 1));
    box.appendChild(field("说明（改变建议或不予公开时填写）", "reason", 2));
  }
  function groundBox(g) {
    var input = element("input", { type: "checkbox" });
    input.checked = state.grounds.indexOf(g.id) >= 0;
    input.addEventListener("change", function () {
      change(function (s) {
        s.grounds = s.grounds.filter(function (id) { return id !== g.id; });
        if (input.checked) s.grounds.push(g.id);
      });
    });
    return element("label", { class: "ground" }, [input, element("span", {}, [element("b", { text: g.citation + (g.mandatory ? "（不得公开）" : "") }), " " + g.reason])]);
  }
  function field(name, key, rows) {
    var area = element("textarea", { rows: rows, maxlength: key === "title" ? 500 : 1000 });
    area.value = state[key] || "";
    area.addEventListener("change", function () { change(function (s) { s[key] = area.value; }); });
    return element("label", {}, [name, area]);
  }
  function setLabel(key) {
    change(function (s) {
      s.label = key;
      var ids = data.grounds[key].map(function (g) { return g.id; });
      s.grounds = s.grounds.filter(function (id) { return ids.indexOf(id) >= 0; });
      if (!s.grounds.length && data.suggestion && data.suggestion.label === key) s.grounds = data.suggestion.grounds.map(function (g) { return g.id; }).filter(function (id) { return ids.indexOf(id) >= 0; });
    });
  }

  /* findings */
  function drawFindings() {
    var box = $("findings"), top = box.parentNode.parentNode.scrollTop, list = all(), left = open().length;
    $("finding-count").textContent = list.length + (left ? "，须定 " + left : "");
    box.textContent = "";
    if (!list.length) box.appendChild(element("p", { class: "quiet", text: "没有发现。选中原文中的文字可以添加。" }));
    var groups = {};
    list.forEach(function (f) { (groups[f.name] = groups[f.name] || []).push(f); });
    Object.keys(groups).forEach(function (name) {
      var group = element("section", { class: "fg" }, [element("h3", { text: name + " " + groups[name].length })]);
      groups[name].forEach(function (f) { group.appendChild(findingRow(f)); });
      box.appendChild(group);
    });
    state.regions.forEach(function (r, index) {
      box.appendChild(element("div", { class: "fi" }, [element("span", { class: "badge", text: "框" }), element("span", { text: "第 " + (r.page_index + 1) + " 页手画遮盖框" }), element("button", { type: "button", text: "移除", onclick: function () { change(function (s) { s.regions.splice(index, 1); }); } })]));
    });
    box.parentNode.parentNode.scrollTop = top;
  }
  function findingRow(f) {
    var act = actionOf(f), same = all().filter(function (o) { return o.same && o.same === f.same; }).length;
    var acts = element("span", { class: "acts", role: "group", "aria-label": "处理" });
    [["keep", "留"], ["redact", "遮"]].forEach(function (a) {
      acts.appendChild(element("button", { type: "button", "aria-pressed": act === a[0], text: a[1], disabled: may.review ? null : "", onclick: function () { current = f.id; verdict(f, a[0], false); } }));
    });
    var why = element("div", { class: "why" }, [f.reason + "（" + f.recognizer + "）", f.added && may.review ? element("button", { type: "button", text: "移除此发现", onclick: function () { change(function (s) { s.added = s.added.filter(function (a) { return a.shown.id !== f.id; }); }); } }) : null]);
    if (same > 1 && may.review) why.appendChild(element("button", { type: "button", text: "全部相同（" + same + " 处）照此处理", onclick: function () { verdict(f, actionOf(f), true); } }));
    return element("div", { class: "fi " + act + (current === f.id ? " now" : ""), "data-fid": f.id }, [
      element("span", { class: "badge", text: f.badge, title: "类别" }),
      element("button", { type: "button", class: "what", text: (act === "must_decide" ? "? " : "") + (f.text || (f.boxes.length ? "第 " + (f.boxes[0].page + 1) + " 页的区域" : "图片或对象")), onclick: function () { choose(f.id, true); } }),
      acts, why
    ]);
  }
  function verdict(f, act, everywhere) {
    change(function (s) {
      all().forEach(function (o) {
        if (o.id !== f.id && !(everywhere && o.same && o.same === f.same)) return;
        if (act === "must_decide") delete s.verdicts[o.id]; else s.verdicts[o.id] = act;
        s.added.forEach(function (a) { if (a.shown.id === o.id && act !== "must_decide") { a.action = act; } });
      });
    });
  }
  function choose(id, scroll) {
    current = id;
    drawText();
    drawPages();
    drawFindings();
    var row = document.querySelector('[data-fid="' + CSS.escape(id) + '"]');
    if (row) row.scrollIntoView({ block: "nearest" });
    var place = document.querySelector('[data-id="' + CSS.escape(id) + '"]');
    if (scroll && place) place.scrollIntoView({ block: "center" });
  }
  function around(stepBy) {
    var list = all();
    if (!list.length) return;
    var at = list.findIndex(function (f) { return f.id === current; });
    choose(list[(at + stepBy + list.length) % list.length].id, true);
  }
  function reveal(start) {
    if (view === "preview" || view === "pages") show("text");
    var pieces = Array.prototype.slice.call(document.querySelectorAll("#text [data-start]"));
    var piece = pieces.filter(function (p) { return Number(p.dataset.start) <= start; }).pop();
    if (!piece) return;
    piece.scrollIntoView({ block: "center" });
    piece.classList.remove("flash");
    void piece.offsetWidth;
    piece.classList.add("flash");
  }

  /* a finding from a selection: span in code points plus the quoted text */
  function selected() {
    var selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    var range = selection.getRangeAt(0);
    function place(node, offset) {
      var piece = (node.nodeType === 3 ? node.parentNode : node).closest ? (node.nodeType === 3 ? node.parentNode : node).closest("#text [data-start]") : null;
      if (!piece) return null;
      var text = node.nodeType === 3 ? node.textContent.slice(0, offset) : (offset ? piece.textContent : "");
      return Number(piece.dataset.start) + Array.from(text).length;
    }
    var start = place(range.startContainer, range.startOffset), end = place(range.endContainer, range.endOffset);
    if (start === null || end === null || end <= start) return null;
    var quote = "";
    data.lines.forEach(function (line) {
      line.segments.forEach(function (s) {
        if (s[0] >= end || s[1] <= start) return;
        var points = Array.from(s[2]);
        quote += points.slice(Math.max(0, start - s[0]), Math.min(points.length, end - s[0])).join("");
      });
    });
    return { start: start, end: end, quote: quote, box: range.getBoundingClientRect() };
  }
  function offer() {
    var pick = selected(), menu = $("menu");
    menu.hidden = true;
    if (!pick || !may.review) return;
    menu.textContent = "";
    menu.appendChild(element("p", { text: "把选中的文字添加为（遮盖）：" }));
    data.addable.forEach(function (t) {
      menu.appendChild(element("button", { type: "button", role: "menuitem", text: t.name, onclick: function () { add(pick, t); menu.hidden = true; getSelection().removeAllRanges(); } }));
    });
    menu.style.left = Math.min(pick.box.left + scrollX, innerWidth - 280) + "px";
    menu.style.top = Math.min(pick.box.bottom + scrollY + 6, scrollY + innerHeight - 240) + "px";
    menu.hidden = false;
  }
  function add(pick, kind) {
    var id = "added:" + kind.type + ":" + pick.start + "-" + pick.end;
    change(function (s) {
      s.added.push({ start: pick.start, end: pick.end, quote: pick.quote, type: kind.type, action: "redact",
        shown: { id: id, type: kind.type, name: kind.name, badge: "补", action: "redact", text: pick.quote, same: pick.quote.replace(/\s/g, ""), reason: "审核人补充。", recognizer: "选中文字", boxes: [], start: pick.start, added: true } });
    });
    current = id;
    office.notice("已添加为" + kind.name + "，U 可撤销");
  }
  function plainAdded(a) { return { start: a.start, end: a.end, quote: a.quote, type: a.type, action: a.action }; }

  /* acts */
  function confirmItem() {
    if (!may.review || finished) return;
    var left = open();
    if (!state.label) { office.notice("请先选择标签（1 2 3）", true); return; }
    if (left.length && state.label !== "exempt") { choose(left[0].id, true); office.notice("还有 " + left.length + " 处须定，请逐处选择留（L）或遮（Z）", true); return; }
    var verdicts = {};
    data.findings.forEach(function (f) { if (state.verdicts[f.id]) verdicts[f.id] = state.verdicts[f.id]; });
    finished = true;
    office.send(base + "confirm", {
      version: data.version, label: state.label, grounds: state.grounds, ground_reason: state.ground_reason, verdicts: verdicts,
      added: state.added.map(plainAdded), regions: state.regions, reason: state.reason, title: state.title
    }).then(function (answer) { location.href = answer.next; }).catch(function (error) {
      finished = false;
      if (error.version) { office.notice(error.message + "（您的选择仍保留在草稿中，刷新后可继续）", true); save(); }
      else office.notice(error.message, true);
    });
  }
  function ask(button) {
    var box = $("ask"), title = button.dataset.title, grounds = [];
    box.querySelector("h2").textContent = title;
    box.querySelector("label span").textContent = button.dataset.hint;
    box.querySelector("textarea").value = "";
    box.querySelector(".primary").textContent = title;
    var list = $("ask-grounds");
    list.textContent = "";
    if (button.dataset.grounds) data.grounds[button.dataset.grounds].forEach(function (g) {
      var input = element("input", { type: "radio", name: "ask-ground" });
      input.addEventListener("change", function () { grounds = [g.id]; });
      list.appendChild(element("label", { class: "ground" }, [input, element("span", {}, [element("b", { text: g.citation }), " " + g.reason])]));
    });
    box.onclose = function () {
      if (box.returnValue !== "go") return;
      office.send(base + button.dataset.ask, { version: data.version, reason: box.querySelector("textarea").value, opinion: button.dataset.opinion, grounds: grounds })
        .then(function (answer) { location.href = answer.next; }).catch(function (error) { office.notice(error.message, true); });
    };
    box.returnValue = "";
    box.showModal();
    box.querySelector("textarea").focus();
  }
  function drawAll() { drawText(); drawPages(); drawLabels(); drawFindings(); drawPreview(); }

  if ($("confirm")) $("confirm").addEventListener("click", confirmItem);
  if ($("release")) $("release").addEventListener("click", function () {
    office.send(base + "release").then(function (a) { location.href = a.next; }).catch(function (e) { office.notice(e.message, true); });
  });
  document.querySelectorAll("[data-ask]").forEach(function (b) { b.addEventListener("click", function () { ask(b); }); });
  document.querySelectorAll("[data-sign]").forEach(function (b) {
    b.addEventListener("click", function () {
      b.disabled = true;
      office.send(base + "sign", { version: data.version, opinion: b.dataset.sign }).then(function (a) { location.href = a.next; })
        .catch(function (e) { b.disabled = false; office.notice(e.message, true); });
    });
  });
  document.querySelectorAll("[data-view]").forEach(function (b) { b.addEventListener("click", function () { show(b.dataset.view); }); });
  $("text").addEventListener("click", function (event) {
    var piece = event.target.closest("[data-id]");
    if (piece && getSelection().isCollapsed) choose(piece.dataset.id, false);
  });
  $("text").addEventListener("mouseup", function () { setTimeout(offer, 0); });
  document.addEventListener("mousedown", function (event) { if (!event.target.closest("#menu")) $("menu").hidden = true; });
  var VIEWS = ["text", "preview", "both"];
  document.addEventListener("keydown", function (event) {
    if (office.typing(event)) return;
    var key = event.key.toLowerCase(), f = all().find(function (o) { return o.id === current; });
    if (key === "tab") {
      if (!all().length || event.target.closest(".panel button, .actions, .bar")) return;
      event.preventDefault(); around(event.shiftKey ? -1 : 1);
    } else if (key === "1" || key === "2" || key === "3") setLabel(Object.keys(data.labels)[Number(key) - 1]);
    else if (key === "l" && f) { verdict(f, "keep", false); }
    else if (key === "z" && f) { verdict(f, "redact", false); }
    else if (key === "d" && f) { verdict(f, "must_decide", false); }
    else if (key === "a" && f) { verdict(f, actionOf(f), true); office.notice("同样的内容已全部照此处理"); }
    else if (key === "e") offer();
    else if (key === "u") { if (event.shiftKey) step(undone, done); else step(done, undone); }
    else if (key === "p") show(VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length]);
    else if (key === "j" && $("following")) location.href = $("following").href;
    else if (key === "k") history.back();
    else if (key === "b") { var back = document.querySelector('[data-ask="send-back"],[data-opinion="return"]'); if (back) { event.preventDefault(); ask(back); } }
    else if (key === "enter" && !event.target.closest("button,a,summary")) {
      event.preventDefault();
      if (may.review) confirmItem();
    } else if (key === "escape") $("menu").hidden = true;
  });
  drawSigns();
  drawAll();
})();
