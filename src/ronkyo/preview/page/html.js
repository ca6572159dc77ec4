// Replaces what changed in the report's page, and nothing else.

import { Panel, bare, listen, note, place, wanted } from "./panel.js"

const BLOCKS = "main > :not(section), main > section > *, .summary > *, header"
const NAMES = / (id|href|popovertarget)="[^"]*"/g // of outlines and the like, which are numbered through
const written = new WeakMap() // a block -> its HTML as it came, before anything was opened or marked in it
const root = document.documentElement
let version = Number(document.querySelector("[data-version]").dataset.version)
let started = false

const parts = page => [page.head, page.body, page.querySelector("main")]
const children = parent => [...parent.children].filter(child => !child.hasAttribute("data-preview"))

function remember(page) {
  for (const parent of parts(page))
    for (const child of children(parent)) written.set(child, child.localName === "main" ? "main" : child.outerHTML)
}

// The children of `fresh` in the place of those of `parent`; what is the same stays. Returns those that say or show
// something else.
function patch(parent, fresh) {
  const pool = new Map(), old = children(parent)
  for (const child of old) pool.set(written.get(child), [...(pool.get(written.get(child)) ?? []), child])
  const next = children(fresh).map(child => pool.get(written.get(child))?.shift() ?? child)
  const gone = [...pool.values()].flat()
  const before = new Set(gone.map(child => written.get(child).replace(NAMES, "")))
  for (const child of gone) child.remove()
  let last = null
  for (const child of next) {
    const following = last ? last.nextElementSibling : parent.firstElementChild
    if (following !== child) last ? last.after(child) : parent.prepend(child)
    last = child
  }
  const kept = new Set(old)
  return next.filter(child => !kept.has(child) && !before.has(written.get(child).replace(NAMES, "")))
}

// What stays where it is on the screen while `work` goes on: the first block in sight, or the last before it that stays.
function still(work) {
  const blocks = [...document.querySelectorAll("body > header, body > .summary, main > *")]
  const first = blocks.findIndex(block => block.getBoundingClientRect().bottom > 0 && !block.hasAttribute("data-preview"))
  const tops = blocks.slice(0, first + 1).reverse().map(block => [block, block.getBoundingClientRect().top])
  const left = scrollY > 0
  root.style.overflowAnchor = "none" // or the browser would do it a second time
  const result = work()
  const [block, top] = tops.find(([block]) => block.isConnected && !block.hasAttribute("data-preview")) ?? []
  if (block && left) scrollBy({ top: block.getBoundingClientRect().top - top, behavior: "instant" })
  requestAnimationFrame(() => (root.style.overflowAnchor = ""))
  return result
}

const forget = () => document.querySelectorAll(".preview-note").forEach(box => box.remove())

async function update(state) {
  const fresh = new DOMParser().parseFromString(await (await fetch("page")).text(), "text/html")
  remember(fresh)
  const first = version === 0
  version = state.version
  root.lang = fresh.documentElement.lang
  const changed = still(() => {
    forget()
    const pairs = parts(document).map((parent, index) => [parent, parts(fresh)[index]])
    return pairs.flatMap(([parent, other]) => patch(parent, other))
  })
  if (!first) mark(changed.filter(block => block.checkVisibility() && block.getClientRects().length))
}

function mark(changed) {
  document.querySelectorAll(".preview-changed").forEach(block => block.classList.remove("preview-changed"))
  for (const block of changed) block.classList.add("preview-changed")
  panel.changed.hidden = !changed.length
  panel.changed.textContent = `${changed.length} changed`
  panel.changed.onclick = () => (changed.find(block => block.closest("main")) ?? changed[0]).scrollIntoView({ block: "center" })
}

// The block of the page that has the words around a line of the source.
function block(problem, blocks) {
  for (const words of problem.near) {
    const found = blocks.find(([, text]) => text.includes(words))
    if (found) return found[0]
  }
}

function put_notes(problems) {
  forget()
  const blocks = problems.length ? [...document.querySelectorAll(BLOCKS)].map(block => [block, bare(block.textContent)]) : []
  return new Map(problems.flatMap(problem => {
    const target = block(problem, blocks)
    if (!target) return []
    const box = note(problem)
    if (target.matches("h1, h2, h3, h4")) target.after(box)
    else target.before(box)
    return [[problem, () => box.scrollIntoView({ block: "center" })]]
  }))
}

function go(heading) {
  const headings = [...document.querySelectorAll("main :is(h2, h3)")]
  if (heading) headings.find(found => bare(found.textContent).includes(bare(heading)))?.scrollIntoView({ behavior: "instant" })
}

function here() {
  const passed = [...document.querySelectorAll("main > h2")].filter(heading => heading.getBoundingClientRect().top < innerHeight / 2)
  return `pdf${passed.length ? place(passed.at(-1).dataset.text ?? passed.at(-1).textContent) : ""}`
}

async function show(state) {
  if (state && state.version > version) await update(state)
  const jumps = still(() => put_notes(state?.problems ?? []))
  panel.show(state, "html", problem => jumps.get(problem))
  if (!started && version) go(wanted() || state?.start)
  started ||= version > 0
}

remember(document)
const panel = new Panel("PDF", here)
let shown = Promise.resolve()
listen("events", state => (shown = shown.then(() => show(state))))
