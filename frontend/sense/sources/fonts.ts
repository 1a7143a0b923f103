// Which of some fonts are there, told by how wide a text becomes with them. Systems and
// office programs bring fonts, and people add some: stable until then. Firefox and Safari
// show only those of the system to protect against this.

const asked = [
  "Segoe UI", "Calibri", "Cambria Math", "MS Gothic", "Bahnschrift", "Helvetica Neue", "Geneva", "Menlo", "Avenir", "Apple Chancery", "PingFang SC",
  "Roboto", "Ubuntu", "DejaVu Sans", "Liberation Sans", "Noto Color Emoji", "Noto Sans CJK JP", "Cantarell", "Droid Sans Mono",
  "Arial Unicode MS", "Century", "Gill Sans", "Lucida Bright", "Minion Pro", "Myriad Pro", "Open Sans", "Source Code Pro", "Univers", "Fira Code", "Comic Sans MS",
];

export default function fonts(): string[] | undefined {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return undefined;
  const width = (family: string): number => {
    pen.font = `40px ${family}`;
    return pen.measureText("mmMwWLliI0O&1").width;
  };
  const bare = width("monospace");
  return asked.filter((name) => width(`"${name}",monospace`) !== bare);
}
