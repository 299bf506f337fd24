// The page of one draft. Enhancements only: every function works without this file.
import { copyOnRequest } from "./item_copy.js";
import { countDown } from "./item_countdown.js";
import { chooser } from "./item_sentences.js";
import { shortcuts } from "./item_keys.js";

const live = document.querySelector("#said");
const say = (text) => {
  // A second line in a row is read again only if the region was empty in between.
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 30);
};

shortcuts(chooser(), say);
countDown(document.querySelectorAll("[data-until]"));
copyOnRequest(document.querySelector("#copy-form"), say);
