// All ways by which a picture comes in: chosen, dropped, pasted, photographed, or one of the samples.

import { byId } from "./dom.js";

// Calls take(files) with what comes, and say(words) where nothing does.
export function listen(take, say) {
  choosing(take);
  dropping(take, say);
  pasting(take, say);
  photographing(take, say);
  for (const button of byId("samples").querySelectorAll("button")) {
    button.onclick = async () => {
      try {
        const response = await fetch(button.querySelector("img").src);
        if (!response.ok) throw new Error(`status ${response.status}`);
        const content = await response.blob();
        take([new File([content], `${button.dataset.sample}.jpg`, { type: content.type })]);
      } catch {
        say("The sample could not be loaded. Check that the service is running, then try again.");
      }
    };
  }
}

function choosing(take) {
  byId("pick").onclick = () => byId("files").click();
  for (const id of ["files", "shot"]) {
    byId(id).onchange = ({ target }) => {
      take([...target.files]);
      target.value = ""; // so that the same file may be chosen again
    };
  }
}

function dropping(take, say) {
  let depth = 0;
  const mark = () => document.body.classList.toggle("dragging", depth > 0);
  document.addEventListener("dragenter", () => { depth++; mark(); });
  document.addEventListener("dragleave", () => { depth--; mark(); });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    mark();
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
    else say("What you dropped is not a file. Save the picture first, or copy it and paste it here.");
  });
}

const NOTHING = "The clipboard contains no picture. Copy a picture, not its address.";

function pasting(take, say) {
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) take(files);
    else say(NOTHING);
  });
  if (!navigator.clipboard?.read) return;
  byId("paste").hidden = false;
  byId("paste").onclick = async () => {
    try {
      const files = [];
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) files.push(new File([await item.getType(type)], "pasted picture", { type }));
      }
      if (files.length) take(files);
      else say(NOTHING);
    } catch {
      say("The browser did not let this page read the clipboard. Allow access, or press Ctrl+V.");
    }
  };
}

// A phone has a camera of its own behind a file field; elsewhere the camera's picture is shown in a dialog.
function photographing(take, say) {
  const button = byId("photograph");
  if (matchMedia("(pointer: coarse)").matches) {
    button.onclick = () => byId("shot").click();
  } else if (navigator.mediaDevices?.getUserMedia) {
    button.onclick = () => open(take, say);
  } else return;
  button.hidden = false;
}

async function open(take, say) {
  const dialog = byId("camera");
  const video = dialog.querySelector("video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    say("This page cannot use a camera. Allow access in the browser, or choose a picture.");
    return;
  }
  dialog.onclose = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  byId("leave").onclick = () => dialog.close();
  byId("shoot").onclick = async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    const content = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    dialog.close();
    if (content) take([new File([content], "photo", { type: content.type })]);
  };
  dialog.showModal();
  await video.play().catch(() => {}); // closed before it began
}
