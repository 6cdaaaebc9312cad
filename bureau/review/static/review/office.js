"use strict";
/* Shared manners of the workbench's pages: JSON actions, notices, the current menu entry, G Q ? /. */
var office = (function () {
  var token = document.querySelector("#csrf input");
  function notice(text, bad) {
    var box = document.getElementById("notice");
    box.textContent = text;
    box.className = bad ? "notice bad" : "notice";
    box.hidden = false;
    clearTimeout(notice.timer);
    notice.timer = setTimeout(function () { box.hidden = true; }, bad ? 9000 : 3500);
  }
  function send(url, body) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token ? token.value : "" },
      body: JSON.stringify(body || {})
    }).catch(function () {
      throw { code: "offline", message: "连不上服务器，内容仍在本页，请稍后再试。" };
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (data) {
        if (!answer.ok) throw { code: data.code || "error", message: data.message || "未能完成，未作任何更改。请刷新后重试。", version: data.version };
        return data;
      });
    });
  }
  document.querySelectorAll(".bar nav a").forEach(function (link) {
    var at = link.dataset.nav;
    if (at === location.pathname || (at !== "/" && location.pathname.indexOf(at) === 0)) link.setAttribute("aria-current", "page");
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-post]");
    if (!button) return;
    button.disabled = true;
    send(button.dataset.post).then(function (data) { notice(data.message || "完成"); setTimeout(function () { location.reload(); }, 500); })
      .catch(function (error) { button.disabled = false; notice(error.message, true); });
  });
  document.querySelectorAll("form[data-json]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var body = {};
      new FormData(form).forEach(function (value, name) { body[name] = value; });
      if (event.submitter && event.submitter.name) body[event.submitter.name] = event.submitter.value === "true" ? true : event.submitter.value;
      send(form.dataset.json, body).then(function (data) { notice(data.message || "完成"); setTimeout(function () { location.reload(); }, 600); })
        .catch(function (error) { notice(error.message, true); });
    });
  });
  var last = "";
  function typing(event) {
    return event.target.closest("input,textarea,select,dialog") !== null || event.ctrlKey || event.metaKey || event.altKey;
  }
  document.addEventListener("keydown", function (event) {
    if (typing(event)) return;
    if (event.key === "/") { var q = document.getElementById("q"); if (q) { event.preventDefault(); q.focus(); } }
    if (event.key === "?") location.href = "/help/";
    if (last === "g" && event.key.toLowerCase() === "q") location.href = "/";
    last = event.key.toLowerCase();
  });
  return { send: send, notice: notice, typing: typing };
})();
