// Formulas one after the other, as in one document: what one defines the next ones know.
//
// MathJax draws no numbers here, since they are text of the page: `Rows` only notes which lines have one. A character that
// its fonts lack it draws as <text>; `scale` and `widths` say how much room that takes in the font of the page.

let widths = {};
const letters = new Set();
const {adaptors, handlers, input, output, core, mathjax} = MathJax._;
const adaptor = adaptors.liteAdaptor.liteAdaptor();
adaptor.nodeSize = (node) => {
  const characters = Array.from(adaptor.textContent(node));
  characters.forEach((character) => letters.add(character));
  return [characters.reduce((width, character) => width + (widths[character] ?? 1), 0) / scale, 1];
};
handlers.html_ts.RegisterHTMLHandler(adaptor);

const {AbstractTags, TagsFactory} = input.tex.Tags;
function Rows() {  // no class: MathJax's own, which derive from it, are older
  AbstractTags.call(this);
  this.enTag = (node, cell) => {
    this.whole = cell.getProperty("note");
    return node;
  };
}
Object.setPrototypeOf(Rows.prototype, AbstractTags.prototype);
Object.assign(Rows.prototype, {
  startEquation(item) {
    AbstractTags.prototype.startEquation.call(this, item);
    this.whole = this.loose = null;
  },
  autoTag() {
    if (this.currentTag.tag == null) Object.assign(this.currentTag, {tag: " ", tagFormat: null, noTag: false});
  },
  clearTag() {  // at the end of a line; a label of one that takes no number is the whole's
    const {labelId, taggable, tag} = this.currentTag;
    if (labelId && !taggable && !tag) this.loose = labelId;
    AbstractTags.prototype.clearTag.call(this);
  },
  note() {
    const {tagFormat, labelId} = this.currentTag;
    const {TexParser} = input.tex;
    const tag = tagFormat === null ? null : text(new TexParser.default(`\\text{${tagFormat}}`, {}, this.configuration).mml());
    return {tag, label: labelId || null};
  },
  makeTag() {
    const cell = this.configuration.nodeFactory.create("node", "mtd");
    cell.setProperty("note", this.note());
    return cell;
  },
  finalize(node, {display}) {
    const current = this.currentTag;
    if (!current.labelId) current.labelId = this.loose;
    if (display && !current.env && !this.whole && (current.tag || current.labelId)) {
      this.autoTag();
      this.whole = this.note();
    }
    return node;
  },
});

function text(node) {
  return node.isKind("text") ? node.getText() : (node.childNodes ?? []).map(text).join("");
}

// The notes of the lines that have a number; each becomes a line as the others are, found again by its `data-row`.
function takeNotes(root) {
  const notes = [];
  root.walkTree((node) => {
    if (!node.isKind("mlabeledtr")) return;
    const [cell, ...cells] = node.childNodes;
    const row = node.factory.create("mtr", {...node.attributes.getAllAttributes(), "data-row": notes.length}, cells);
    notes.push(cell.getProperty("note"));
    node.parent.replaceChild(row, node);
  });
  return notes;
}

TagsFactory.add("rows", Rows);
const {CommandMap, MacroMap} = input.tex.SymbolMap;
const Commands = input.tex.base.BaseMethods.default;
new MacroMap("katex-characters", characters, Commands);
new CommandMap("katex-commands", {hspace: "Space"}, {
  Space(parser, name) {
    parser.GetStar();
    Commands.Hskip(parser, name);
  },
});
new MacroMap("katex-text", {_: "Letter", "^": "Letter", "&": "Letter", "#": "Letter"}, {
  Letter(parser, letter) {
    parser.text += letter;
  },
});
const {Configuration} = input.tex.Configuration;
Configuration.create("katex-text", {parser: "text", priority: 1, handler: {character: ["katex-text"]}});
Configuration.create("katex", {
  handler: {macro: ["katex-commands"], character: ["katex-characters"]},
});

const tex = new input.tex_ts.TeX({
  packages,
  macros,
  environments,
  textmacros: {packages: ["katex-text", "text-base", "textcomp"]},
  tags: "rows",
  ams: {multlineWidth: "30em"},
  maxMacros: 5000,
  maxBuffer: 20000,
  formatError(_, error) { throw error; },
});
const font = new output.svg.fonts.tex_ts.TeXFont({unknownFamily: family});
font.delimiters[0x2016] = font.delimiters[0x2225];  // or \left\| is lower than the letters within
const svg = new output.svg_ts.SVG({fontCache: "none", font});
const page = mathjax.mathjax.document("", {InputJax: tex, OutputJax: svg});
const mathml = new core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();

function convert(source, display, known) {
  widths = known;
  letters.clear();
  svg.unknownCache.clear();
  const item = new page.options.MathItem(source, tex, display);
  const em = 16;
  item.setMetrics(em, font.params.x_height * em * scale, 80 * em, 1e6, 1);
  try {
    item.compile(page);
    const notes = takeNotes(item.root);
    item.typeset(page);
    const {whole, loose} = tex.parseOptions.tags;
    const rows = notes.length || !whole ? notes : [whole];
    if (notes.length) notes[0].label ??= whole?.label ?? loose;
    const drawing = adaptor.innerHTML(item.typesetRoot);
    return JSON.stringify({svg: drawing, mathml: mathml.visitTree(item.root), rows, letters: Array.from(letters)});
  } catch (error) {
    return JSON.stringify({error: String(error.message ?? error)});
  }
}
