// Small comforts only: every page reads and works without them.
"use strict";

// Titles offered while one types, by the browser's own list: it knows how to show and choose them.
function suggest(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-titres`;
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0, asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const words = asked = field.value.trim();
      if (words.length < 2) return;
      try {
        const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`);
        if (!answer.ok || words !== asked) return;
        const { suggestions } = await answer.json();
        list.replaceChildren(...suggestions.map((one) => new Option(one.organisation, one.title)));
      } catch { /* Without an answer nothing is offered; the form works. */ }
    }, 150);
  });
}

// A table whose cells are gone through by arrows: one stop for the Tab key, which leaves it as it entered.
function walkable(body) {
  const stop = "a, input, button, select, textarea";
  const rows = () => [...body.rows].map((row) => [...row.cells].map((cell) => cell.querySelector(stop) || cell));
  const hold = (one) => {
    for (const row of rows()) for (const other of row) other.tabIndex = -1;
    one.tabIndex = 0;
  };
  const first = rows()[0]?.[0];
  if (!first) return;
  hold(first);
  body.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (cell && !cell.querySelector("form")) hold(event.target);
  });
  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const form = cell.querySelector("form");
    if (form) {
      if (event.key === "Escape") form.querySelector("[data-cancel]")?.click();
      return;
    }
    const table = rows(), line = cell.parentElement.sectionRowIndex, place = cell.cellIndex;
    const to = {
      ArrowUp: [line - 1, place], ArrowDown: [line + 1, place], ArrowLeft: [line, place - 1],
      ArrowRight: [line, place + 1], Home: [line, 0], End: [line, table[line].length - 1],
    }[event.key];
    const next = to && table[to[0]]?.[to[1]];
    if (!to) return;
    event.preventDefault();
    if (next) { hold(next); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });
  // The field just opened is where one types; the cell just saved, or left, is where one was.
  // Once settled: before, a key pressed at once would find a link that htmx does not know yet, and leave the page.
  body.addEventListener("htmx:afterSettle", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell) return;
    const field = cell.querySelector("[aria-invalid], select, textarea, input:not([type=hidden])");
    const one = field || cell.querySelector(".cell");
    if (!field && one) hold(one);
    one?.focus();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  for (const body of document.querySelectorAll("[data-grid]")) walkable(body);

  const summary = document.getElementById("erreurs");
  if (summary) summary.focus();

  const search = document.getElementById("recherche-rapide");
  if (search) {
    document.addEventListener("keydown", (event) => {
      const called = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
      const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
      const writing = event.target.closest("input, textarea, select, [contenteditable]");
      if (called || (slash && !writing)) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    });
    suggest(search);
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
    });
  }

  const typed = document.querySelector("form[data-guard]");
  if (typed) {
    let changed = false;
    typed.addEventListener("input", () => { changed = true; });
    typed.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

    // What is kept as a draft is no longer lost by leaving; what could not be kept is said.
    const draft = document.getElementById("brouillon");
    if (draft) {
      // A form that leaves keeps no draft of itself any more: one being kept ends first, so that it goes with the form.
      let leaving = false;
      let keeping = false;
      let waiting = null;
      const say = (words) => { draft.querySelector(".draft-words").textContent = words; changed = true; };
      typed.addEventListener("submit", (event) => {
        leaving = !keeping;
        if (keeping) {
          event.preventDefault();
          waiting = { by: event.submitter };
        }
      });
      window.addEventListener("pageshow", () => { leaving = false; });
      draft.addEventListener("htmx:beforeRequest", (event) => {
        if (leaving || waiting) {
          event.preventDefault();
          return;
        }
        keeping = true;
        changed = false;
      });
      draft.addEventListener("htmx:afterRequest", () => {
        keeping = false;
        const left = waiting;
        waiting = null;
        if (left) typed.requestSubmit(left.by);
      });
      draft.addEventListener("htmx:sendError", () => say(draft.dataset.failed));
      draft.addEventListener("htmx:responseError", (event) => {
        say(event.detail.xhr.status === 401 ? draft.dataset.expired : draft.dataset.failed);
      });
    }
  }

  for (const adder of document.querySelectorAll("[data-add]")) {
    adder.hidden = false;
    adder.addEventListener("click", () => {
      const model = document.getElementById(adder.dataset.add);
      const place = document.getElementById(adder.dataset.into);
      const count = place.children.length;
      place.insertAdjacentHTML("beforeend", model.innerHTML.replaceAll("NUMERO", count).replaceAll("RANG", count + 1));
      place.lastElementChild.querySelector("input:not([type=hidden]), select, textarea").focus();
    });
  }
});
