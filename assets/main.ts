// Small comforts over pages that work without any of them.
import "htmx.org";
import "./main.css";
import "./documents.css";

const page = document;
const STORE = "diguan:";

/** The reader's own folds; a browser that keeps nothing forgets them. */
function kept(key: string, value?: string): string | null {
  try {
    if (value !== undefined) localStorage.setItem(STORE + key, value);
    return localStorage.getItem(STORE + key);
  } catch {
    return null;
  }
}

function restoreFolds(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLDetailsElement>("details[data-persist]")) {
    const state = kept(box.dataset.persist ?? "");
    if (state) box.open = state === "1";
    box.addEventListener("toggle", () => kept(box.dataset.persist ?? "", box.open ? "1" : "0"));
  }
  // On a phone the same box opens a drawer, which never starts open.
  if (matchMedia("(max-width: 48rem)").matches) return;
  for (const box of root.querySelectorAll<HTMLInputElement>("input[data-persist]")) {
    box.checked = kept(box.dataset.persist ?? "") === "1";
    box.addEventListener("change", () => kept(box.dataset.persist ?? "", box.checked ? "1" : "0"));
  }
}

function drawCharts(root: ParentNode): void {
  const figures = [...root.querySelectorAll<HTMLElement>("[data-chart]")];
  if (figures.length) void import("./charts").then((charts) => figures.forEach(charts.draw));
}

/** A choice that is its form's only one sends it at once; its button is for browsers without scripts. */
function sendOnChange(root: ParentNode): void {
  for (const control of root.querySelectorAll<HTMLSelectElement>("select[data-autosubmit]")) {
    control.addEventListener("change", () => control.form?.requestSubmit());
    control.form?.querySelectorAll("button").forEach((button) => (button.hidden = true));
  }
}

/** A click anywhere in a row opens it, unless the reader hit a control or is selecting text. */
page.addEventListener("click", (event) => {
  const target = event.target as Element;
  for (const menu of page.querySelectorAll<HTMLDetailsElement>("details.dropdown[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  const row = target.closest<HTMLElement>("tr[data-href]");
  if (!row?.dataset.href || target.closest("a, button, input, label, select, summary") || getSelection()?.toString()) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

page.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of page.querySelectorAll<HTMLDetailsElement>("details.dropdown[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
  const drawer = page.querySelector<HTMLInputElement>("#tree-toggle:checked");
  if (drawer && matchMedia("(max-width: 48rem)").matches) drawer.checked = false;
});

// Paper shows every reason and every table; afterwards the page is folded as it was.
const unfolded: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  for (const box of page.querySelectorAll<HTMLDetailsElement>("details:not([open], .dropdown)")) {
    unfolded.push(box);
    box.open = true;
  }
});
addEventListener("afterprint", () => unfolded.splice(0).forEach((box) => (box.open = false)));

// An empty filter says nothing in the address.
page.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = (event as CustomEvent<{ parameters: Record<string, string> }>).detail;
  for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
});
page.addEventListener("htmx:afterSwap", (event) => drawCharts(event.target as Element));
restoreFolds(page);
sendOnChange(page);
drawCharts(page);
