// A short hash of how text and curves are drawn: differs by graphics unit, driver,
// fonts and browser version. Firefox and Brave add noise, which shows as a value
// that is new on every visit.

import { hash } from "../hash";

export default function* canvas(): Generator<undefined, string | undefined> {
  const sheet = document.createElement("canvas");
  sheet.width = 160;
  sheet.height = 40;
  const pen = sheet.getContext("2d");
  if (!pen) return undefined;
  pen.font = "17px sans-serif";
  pen.fillStyle = "#2b50c8";
  yield;
  pen.fillText("Wicket, 1/3 ½ \u2603", 4, 22);
  pen.globalCompositeOperation = "multiply";
  pen.fillStyle = "rgb(250,120,60)";
  pen.arc(90, 20, 17, 0, 7);
  pen.fill();
  yield;
  return hash(sheet.toDataURL());
}
