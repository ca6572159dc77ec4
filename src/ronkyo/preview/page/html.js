// Replaces what changed in the report's page, and nothing else.

import { Panel, bare, listen, meant, note, place, wanted } from "./panel.js"

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

// The blocks of the page as the server counts them: what stands before the summary, the summary, the contents, the body, what
// stands behind it; of a box its start, each element in it, its end.
function blocks_of(page) {
  const inside = box => [
    { start: box },
    ...children(box).flatMap(child => (child.matches("section:has(> :is(h3, h4):first-child)") ? inside(child) : [{ block: child }])),
    { end: box },
  ]
  const summary = page.querySelector("body > section.summary")
  return [{}, ...(summary ? inside(summary) : []), {}, ...inside(page.querySelector("main")), {}]
}

// Puts the server's blocks in the place of those that are no more. Returns the new ones that say or show something else, or
// nothing where the page is not what the server takes it for.
function replace(state) {
  const blocks = blocks_of(document), changed = []
  if (blocks.length !== state.count) return
  for (const [begin, end, fresh] of state.patch.reverse()) {
    if (begin === 0) {
      const page = new DOMParser().parseFromString(fresh[0], "text/html")
      for (const child of children(page.head)) written.set(child, child.outerHTML)
      patch(document.head, page.head)
      document.querySelector("header").replaceWith(page.querySelector("header"))
      continue
    }
    const template = document.createElement("template")
    template.innerHTML = fresh.join("")
    const next = [...template.content.children]
    if (next.length !== fresh.length) return
    for (const child of next) written.set(child, child.outerHTML)
    const gone = blocks.slice(begin, end).map(({ block }) => block)
    const before = new Set(gone.map(block => (written.get(block) ?? block.outerHTML).replace(NAMES, "")))
    const { start, block, end: box } = blocks[end]
    if (box) box.append(...next)
    else (block ?? start).before(...next)
    for (const block of gone) block.remove()
    changed.unshift(...next.filter(child => !before.has(written.get(child).replace(NAMES, ""))))
  }
  return changed
}

async function update(state) {
  const had = version, first = had === 0
  version = state.version
  let changed = state.patch && state.from === had && still(() => (forget(), replace(state)))
  if (!changed) {
    const answer = await fetch("page")
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    version = Number(answer.headers.get("Preview-Version"))
    remember(fresh)
    root.lang = fresh.documentElement.lang
    changed = still(() => {
      forget()
      const pairs = parts(document).map((parent, index) => [parent, parts(fresh)[index]])
      return pairs.flatMap(([parent, other]) => patch(parent, other))
    })
  }
  const seen = block => block.checkVisibility() && block.getClientRects().length && !block.matches(".evidence") // sizes of files
  if (!first) mark(changed.filter(seen), state.edit)
}

let marked = [], marked_of = 0

// What the whole page changes of an edit comes to what its chapter did.
function mark(fresh, edit) {
  const changed = marked_of === edit ? [...new Set([...marked.filter(block => block.isConnected), ...fresh])] : fresh
  marked = changed
  marked_of = edit
  document.querySelectorAll(".preview-changed").forEach(block => changed.includes(block) || block.classList.remove("preview-changed"))
  for (const block of changed) block.classList.add("preview-changed")
  panel.changed.hidden = !changed.length
  panel.changed.textContent = `${changed.length} changed`
  panel.changed.onclick = () => (changed.find(block => block.closest("main")) ?? changed[0]).scrollIntoView({ block: "center" })
}

// The blocks of a chapter, of which its heading is the first; all where the page has no such heading.
function chapter(heading, blocks) {
  const start = heading && meant(blocks.filter(([block]) => block.matches("main > h2")), heading, ([, text]) => text)
  if (!start) return blocks
  const from = blocks.indexOf(start), next = blocks.findIndex(([block], at) => at > from && block.matches("main > h2"))
  return blocks.slice(from, next < 0 ? blocks.length : next)
}

// The block of the page that has the words around a line of the source, in the chapter of that line.
function block(problem, all) {
  const blocks = chapter(problem.chapter, all)
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
    let above = target.matches("h1, h2, h3, h4") && target
    while (above && above.nextElementSibling?.matches(".preview-note")) above = above.nextElementSibling
    above ? above.after(box) : target.before(box)
    return [[problem, () => box.scrollIntoView({ block: "center" })]]
  }))
}

function go(heading) {
  const headings = [...document.querySelectorAll("main :is(h2, h3)")]
  if (heading) meant(headings, heading, found => found.textContent)?.scrollIntoView({ behavior: "instant" })
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
listen(`events?version=${version}`, state => (shown = shown.then(() => show(state))))
