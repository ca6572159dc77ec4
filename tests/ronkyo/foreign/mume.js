// The engine of Markdown Preview Enhanced, by its name in npm: {name: {source, folder}} on stdin -> {name: HTML} on stdout.
const fs = require("fs");
const path = require("path");
const mume = require("@shd101wyy/mume");

(async () => {
  await mume.init();
  const pages = {};
  for (const [name, { source, folder }] of Object.entries(JSON.parse(fs.readFileSync(0, "utf8")))) {
    const filePath = path.join(folder, "report.md");
    const engine = new mume.MarkdownEngine({ filePath, projectDirectoryPath: folder, config: {} });
    const options = { useRelativeFilePath: true, isForPreview: false, hideFrontMatter: true };
    pages[name] = (await engine.parseMD(source, options)).html;
  }
  process.stdout.write(JSON.stringify(pages), () => process.exit(0));
})();
