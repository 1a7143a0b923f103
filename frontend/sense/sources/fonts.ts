// Which of some fonts are there, told by how wide a text becomes with them. Systems and
// office programs bring fonts, and people add some: stable until then. Firefox and Safari
// show only those of the system to protect against this.

// Looking for one that is not there takes half a millisecond: so few, and such as come with
// one system or program each.
const asked = [
  "Segoe UI", "Calibri", "MS Gothic", "Bahnschrift", "Helvetica Neue", "Menlo", "PingFang SC", "Roboto", "Ubuntu", "DejaVu Sans", "Noto Sans CJK JP",
  "Century", "Gill Sans", "Minion Pro", "Open Sans", "Fira Code",
];

export default function* fonts(): Generator<undefined, string[] | undefined> {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return undefined;
  const width = (family: string): number => {
    pen.font = `40px ${family}`;
    return pen.measureText("mmMwWLliI0O&1").width;
  };
  const bare = width("monospace");
  const there: string[] = [];
  for (const name of asked) {
    yield;
    if (width(`"${name}",monospace`) !== bare) there.push(name);
  }
  return there;
}
