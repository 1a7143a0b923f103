"use strict";(()=>{window.parent.postMessage({type:"challenge-returned",version:1},location.origin);})();
