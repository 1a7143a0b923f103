// The script of the diagnosis: a page that any page may frame, which tells the page around
// it in one code why the checkout is not shown. A page of a site's learns how its session
// stands; any other, only that it is another.

import { answer, type Diagnosis } from "./answer";

const carried = document.getElementById("page-data")?.getAttribute("content");
if (carried && parent !== window) answer(parent, JSON.parse(carried) as Diagnosis);
