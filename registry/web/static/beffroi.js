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

document.addEventListener("DOMContentLoaded", () => {
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
      const say = (words) => { draft.querySelector(".draft-words").textContent = words; changed = true; };
      draft.addEventListener("htmx:beforeRequest", () => { changed = false; });
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
