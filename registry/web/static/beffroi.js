// Small comforts only: every page reads and works without them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const summary = document.getElementById("erreurs");
  if (summary) summary.focus();

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
