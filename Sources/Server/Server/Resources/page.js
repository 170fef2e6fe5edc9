// The page works without this: links and forms are answered by whole pages of the server. The script asks for the same pages and puts
// what has changed in place, so that focus, typing and pictures stay. It also sends tokens and files, which links cannot.
"use strict";

const storage = "iisan-token";
const root = document.documentElement;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

// Questions

/** Asks the server, with the token where there is one. */
async function ask(url, options = {}) {
  const headers = new Headers(options.headers);
  const token = sessionStorage.getItem(storage);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return fetch(url, { ...options, headers, cache: "no-cache" });
}

/** The text of a failure in JSON. */
async function told(reply) {
  try {
    const { error } = await reply.json();
    return error.message.charAt(0).toUpperCase() + error.message.slice(1) + "." + (error.remedy ? ` ${error.remedy}` : "");
  } catch {
    return `The server has answered ${reply.status}.`;
  }
}

let turn = 0;

/**
 * Puts the page of an address in the place of this one.
 * how: "push" adds to the browser's history, "replace" changes its newest entry, "none" leaves it.
 */
async function visit(url, how = "push", options = {}) {
  const own = ++turn;
  let reply;
  try {
    reply = await ask(url, options);
  } catch {
    return complain("The server cannot be reached.");
  }
  if (!(reply.headers.get("Content-Type") ?? "").startsWith("text/html")) {
    const text = await told(reply);
    // A token that is not known is asked for again.
    if (reply.status === 403 && sessionStorage.getItem(storage)) {
      sessionStorage.removeItem(storage);
      await visit(url, how);
    }
    return complain(text);
  }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  // An answer that comes after that to a later question is out of date.
  if (own !== turn) return;
  const path = location.pathname;
  if (how === "push") history.pushState(null, "", reply.url);
  if (how === "replace") history.replaceState(null, "", reply.url);
  show(page);
  if (location.pathname !== path) {
    scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
  }
}

/** Says what went wrong. */
function complain(text) {
  const problem = document.getElementById("problem");
  problem.textContent = text;
  problem.hidden = !text;
}

/** Takes over a page: nodes that are the same stay the same nodes. */
function show(page) {
  const before = places();
  const focus = focused();
  document.title = page.title;
  morph(document.querySelector("header.bar"), page.querySelector("header.bar"));
  morph(document.getElementById("main"), page.getElementById("main"));
  restore(focus);
  move(before);
  settle();
}

// Putting in place

const key = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key || node.id : undefined);
const isSame = (one, other) => one.nodeName === other.nodeName && key(one) === key(other);

/** Makes a node like another one. */
function morph(old, next) {
  if (!isSame(old, next)) return old.replaceWith(document.importNode(next, true));
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  // What the script has drawn stays as it is.
  if (old.nodeName === "CANVAS" || old.hasAttribute("data-keep")) return;
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.nodeName === "INPUT" && old.type !== "file" && old !== document.activeElement) old.value = next.getAttribute("value") ?? "";
  const keyed = new Map([...old.children].filter(key).map((node) => [key(node), node]));
  let place = old.firstChild;
  for (const node of [...next.childNodes]) {
    const known = keyed.get(key(node));
    if (known && isSame(known, node)) {
      if (known === place) place = place.nextSibling;
      else old.insertBefore(known, place);
      morph(known, node);
    } else if (place && !key(place) && isSame(place, node)) {
      const after = place.nextSibling;
      morph(place, node);
      place = after;
    } else {
      old.insertBefore(document.importNode(node, true), place);
    }
  }
  while (place) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}

/** What has the focus, and where it stands among its neighbours. */
function focused() {
  const node = document.activeElement;
  const item = node?.closest("li");
  const list = item?.closest("[data-key]:not(li)");
  return { node, list: list?.dataset.key, place: item ? [...item.parentNode.children].indexOf(item) : 0, act: node?.classList.contains("act") };
}

/** Keeps the focus: where its element is gone, on that which has taken its place. */
function restore({ node, list, place, act }) {
  if (!node || node === document.body || document.contains(node)) return;
  const items = list ? document.querySelectorAll(`[data-key="${CSS.escape(list)}"] li`) : [];
  const next = items[Math.min(place, items.length - 1)]?.querySelector(act ? ".act" : "a");
  (next ?? document.getElementById("history") ?? document.getElementById("main")).focus({ preventScroll: true });
}

/** Where the answers are. */
const places = () => new Map([...document.querySelectorAll(".answers > li")].map((item) => [item, item.getBoundingClientRect()]));

/** Lets answers glide from where they were. */
function move(before) {
  if (isCalm.matches) return;
  for (const [item, now] of places()) {
    const old = before.get(item);
    const frames = old
      ? [{ transform: `translate(${old.left - now.left}px, ${old.top - now.top}px)` }, { transform: "none" }]
      : [{ opacity: 0 }, { opacity: 1 }];
    if (!old || old.left !== now.left || old.top !== now.top) item.animate(frames, { duration: 260, easing: "ease-out" });
  }
}

// Pictures that need a token

const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    paint(target).catch(() => {});
  }
}, { rootMargin: "400px" });

/** Draws the picture of an element that no `img` could load. */
async function paint(canvas) {
  const token = sessionStorage.getItem(storage);
  const reply = await fetch(canvas.dataset.picture, { headers: { Authorization: `Bearer ${token}` } });
  if (reply.ok) draw(await createImageBitmap(await reply.blob()), canvas);
}

function draw(bitmap, canvas) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

/** What a new page needs. */
function settle() {
  for (const canvas of document.querySelectorAll("canvas[data-picture]")) if (canvas.width === 1) sight.observe(canvas);
  const form = document.getElementById("token");
  if (form) form.hidden = false;
  const forget = document.querySelector("[data-forget]");
  if (forget) forget.hidden = !sessionStorage.getItem(storage);
  const id = document.getElementById("new-id");
  if (id && !id.value) id.value = suggestion(document.getElementById("new-title").value);
}

// Links and forms

/** Whether a page is asked for by the script: one like this, or any where the server asks for tokens. */
function isOurs(url) {
  if (url.origin !== location.origin) return false;
  const isPage = /^\/($|item$|item\/|try$|health$)/.test(url.pathname);
  return isPage && (root.hasAttribute("data-tokens") || (url.pathname === "/" && location.pathname === "/"));
}

document.addEventListener("click", (event) => {
  const forget = event.target.closest("[data-forget]");
  if (forget) {
    sessionStorage.removeItem(storage);
    return location.reload();
  }
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.hash || !isOurs(url)) return;
  event.preventDefault();
  visit(url);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const id = form.getAttribute("id");
  if (id === "token") {
    event.preventDefault();
    const field = document.getElementById("token-text");
    sessionStorage.setItem(storage, field.value.trim());
    field.value = "";
    return visit(location, "none");
  }
  if (id === "try" || id === "store") {
    event.preventDefault();
    return (id === "try" ? preview : store)(form);
  }
  const url = address(form);
  if (form.method !== "get" || !isOurs(url)) return;
  event.preventDefault();
  visit(url);
});

/** The address that a form leads to. */
function address(form) {
  const url = new URL(form.action);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
  return url;
}

let pause;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  clearTimeout(pause);
  pause = setTimeout(() => visit(address(form), "replace"), 180);
});

addEventListener("popstate", () => visit(location, "none"));

// A new item

let file;

/** Takes a picture, and draws it. */
async function choose(chosen) {
  if (!chosen) return;
  const canvas = document.getElementById("chosen");
  try {
    draw(await createImageBitmap(chosen), canvas);
  } catch {
    return complain("The file is no picture that can be shown.");
  }
  complain("");
  file = chosen;
  canvas.hidden = false;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The picture that you have chosen");
  document.getElementById("drop-text").hidden = true;
}

document.addEventListener("change", (event) => {
  if (event.target.id === "file") choose(event.target.files[0]);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const drop = event.target.closest?.(".drop");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    document.getElementById("file").files = event.dataTransfer.files;
    choose(event.dataTransfer.files[0]);
  });
}

/** The item of the form, its picture in base64. */
async function item() {
  const body = {};
  const title = document.getElementById("new-title").value.trim();
  if (title) body.title = title;
  if (file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    body.picture = btoa(text);
  }
  return body;
}

/** An id made of a title. */
const suggestion = (title) =>
  [...title.normalize("NFKD").toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word).join("-").slice(0, 60) || "new-item";

/** Does something with a form whose button waits meanwhile. */
async function during(form, body) {
  const button = form.querySelector("button");
  button.disabled = true;
  complain("");
  try {
    await body();
  } catch {
    complain("The server cannot be reached.");
  } finally {
    button.disabled = false;
  }
}

const json = { "Content-Type": "application/json" };

/** Shows what an item would do. */
const preview = (form) =>
  during(form, async () => {
    const body = await item();
    if (!body.title && !body.picture) return complain("Give it a title or a picture.");
    await visit("/try" + location.search, "none", { method: "POST", headers: json, body: JSON.stringify(body) });
  });

/** Puts the item into the catalogue, and shows its page. */
const store = (form) =>
  during(form, async () => {
    const id = document.getElementById("new-id").value;
    const reply = await ask(`/v1/items/${encodeURIComponent(id)}`, {
      method: "PUT",
      headers: { ...json, "If-None-Match": "*" },
      body: JSON.stringify(await item()),
    });
    if (reply.status === 412) return complain("There is an item of that id already. Choose another.");
    if (!reply.ok) return complain(await told(reply));
    file = undefined;
    const page = `/item/${encodeURIComponent(id)}${location.search}`;
    if (root.hasAttribute("data-tokens")) await visit(page);
    else location.assign(page);
  });

if (document.querySelector("[data-asks]") && sessionStorage.getItem(storage)) visit(location, "none");
settle();
