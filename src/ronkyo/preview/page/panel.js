// The panel at the foot of both views: what is wrong, what is under way, the way to the other view.

const create = (name, kind, text = "") => {
  const element = document.createElement(name)
  element.className = kind
  element.textContent = text
  return element
}

const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`

export function listen(address, show) {
  const events = new EventSource(address)
  events.onmessage = event => show(JSON.parse(event.data))
  events.onerror = () => show(null)
}

export class Panel {
  // other: the name and address of the other view; address is a function, since it says where one is.
  constructor(other, address) {
    this.box = create("aside", "preview-panel")
    this.box.setAttribute("data-preview", "")
    this.box.setAttribute("aria-label", "Preview")
    this.list = create("ol", "preview-problems")
    this.list.setAttribute("aria-live", "polite")
    const bar = create("div", "preview-bar")
    this.state = create("span", "preview-state")
    this.changed = create("button", "preview-jump")
    this.changed.hidden = true
    this.link = create("a", "preview-other", other)
    this.link.href = address()
    this.link.onpointerdown = this.link.onfocus = () => (this.link.href = address())
    bar.append(this.state, this.changed, this.link)
    this.box.append(this.list, bar)
    document.body.append(this.box)
  }

  // state: as the server tells it, null when it has ended; jump: to the place of a problem, if the view knows it
  show(state, kind, jump) {
    this.box.classList.toggle("preview-ended", !state)
    this.box.classList.toggle("preview-busy", !!state?.busy.includes(kind))
    this.box.classList.toggle("preview-wrong", !!state?.problems.length)
    if (!state) {
      this.state.textContent = "The preview has ended"
      return
    }
    const problems = state.problems.length ? counted(state.problems.length, "problem") : "up to date"
    this.state.textContent = state.busy.includes(kind) ? "setting …" : problems
    this.list.replaceChildren(...state.problems.map(problem => this.item(problem, jump)))
  }

  item(problem, jump) {
    const item = create("li", "")
    if (problem.place) item.append(copier(problem.place))
    const go = jump?.(problem)
    const message = create(go ? "button" : "span", "preview-message", problem.message)
    if (go) message.onclick = go
    item.append(message)
    return item
  }
}

export function copier(place) {
  const button = create("button", "preview-place", place)
  button.title = "Copy"
  button.onclick = async () => {
    await navigator.clipboard.writeText(place)
    button.classList.add("preview-copied")
    setTimeout(() => button.classList.remove("preview-copied"), 1200)
  }
  return button
}

export function note(problem) {
  const box = create("aside", "preview-note")
  box.setAttribute("data-preview", "")
  if (problem.place) box.append(copier(problem.place))
  box.append(create("span", "preview-message", problem.message))
  return box
}

// "#at:Heading" leads to a heading in either view.
export const place = heading => `#at:${encodeURIComponent(heading)}`
export const wanted = () => (location.hash.startsWith("#at:") ? decodeURIComponent(location.hash.slice(4)) : "")
export const bare = text => text.replace(/\s/g, "")

// Which of some headings these words are of: the shortest that has them.
export const meant = (headings, words, text) =>
  headings.filter(found => bare(text(found)).includes(bare(words))).sort((a, b) => text(a).length - text(b).length)[0]
