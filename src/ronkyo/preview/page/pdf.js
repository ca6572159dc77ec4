// The pages of the PDF as images: those in sight first, then their neighbours.

import { Panel, listen, meant, place, wanted } from "./panel.js"

const main = document.querySelector("main")
let pdf = null
let started = false

const boxes = () => [...main.querySelectorAll(".preview-page")]
const distance = box => {
  const { top, bottom } = box.getBoundingClientRect()
  return Math.abs((top + bottom - innerHeight) / 2)
}

function current() {
  return boxes().sort((a, b) => distance(a) - distance(b))[0]
}

// The heading above a page, and how many pages behind it.
function heading(pages, index) {
  const passed = pages.chapters.filter(([, page]) => page <= index)
  const [title, page] = passed.at(-1) ?? ["", 0]
  return [title, index - page]
}

const page_of = (pages, title) => meant(pages.chapters, title, ([found]) => found)?.[1]

function frame() {
  const box = document.createElement("figure")
  box.className = "preview-page"
  box.append(document.createElement("img"), document.createElement("figcaption"))
  return box
}

async function load(box) {
  const index = boxes().indexOf(box), width = Math.min(3000, Math.ceil(box.clientWidth * devicePixelRatio))
  const address = `images/${pdf.number}/${index}?width=${width}`
  if (box.dataset.shown === address) return
  box.dataset.shown = address
  const image = new Image()
  image.alt = `Page ${index + 1}`
  image.src = address
  try {
    await image.decode()
  } catch {
    return // a newer PDF has come
  }
  if (box.dataset.shown === address) box.querySelector("img").replaceWith(image)
}

let loading = false

// One after the other, the nearest first; scrolling and a new PDF change which is the nearest.
async function fill() {
  if (loading || !pdf) return
  loading = true
  for (;;) {
    const next = boxes()
      .filter(box => !box.dataset.shown?.startsWith(`images/${pdf.number}/`) && distance(box) < 2.5 * innerHeight)
      .sort((a, b) => distance(a) - distance(b))[0]
    if (!next) break
    await load(next)
  }
  loading = false
}

function lay(fresh) {
  const box = current(), top = box?.getBoundingClientRect().top ?? 0
  const [title, behind] = box ? heading(pdf, boxes().indexOf(box)) : ["", 0]
  main.querySelector(".preview-waiting")?.remove()
  while (boxes().length > fresh.sizes.length) boxes().at(-1).remove()
  while (boxes().length < fresh.sizes.length) main.append(frame())
  boxes().forEach((frame, index) => {
    frame.style.aspectRatio = fresh.sizes[index].join(" / ")
    frame.querySelector("figcaption").textContent = index + 1
  })
  if (box) {
    const index = Math.min((page_of(fresh, title) ?? 0) + behind, fresh.sizes.length - 1)
    scrollBy({ top: boxes()[index].getBoundingClientRect().top - top, behavior: "instant" })
  }
  pdf = fresh
  main.dataset.edit = fresh.edit
}

function show(state) {
  if (state?.pdf && state.pdf.number !== pdf?.number) lay(state.pdf)
  panel.show(state, "pdf")
  main.dataset.edits = state?.edit
  if (pdf && !started) {
    started = true
    const index = page_of(pdf, wanted() || state.start || "\0")
    if (index) boxes()[index].scrollIntoView({ behavior: "instant" })
  }
  fill()
}

const panel = new Panel("Page", () => {
  const box = current(), title = box && heading(pdf, boxes().indexOf(box))[0]
  return title ? `./${place(title)}` : "./"
})
addEventListener("scroll", fill, { passive: true })
addEventListener("resize", fill)
listen("events?pdf", show)
