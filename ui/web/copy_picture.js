/* A button that copies the sheet's picture: the picture is asked for at the click and put into the clipboard when it comes. */
const waiting = new WeakMap();

function bytes(base64) {
  return Uint8Array.from(atob(base64), c => c.charCodeAt(0));
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const button = parentElement.querySelector("button"), said = parentElement.querySelector("[role=status]");
  button.textContent = data.label;
  const promised = waiting.get(button);
  if (promised && data.picture && data.number === promised.number) {
    waiting.delete(button);
    promised.resolve(new Blob([bytes(data.picture)], {type: "image/png"}));
  }
  button.onclick = () => {
    if (!navigator.clipboard || !window.ClipboardItem) { said.textContent = data.refused; return; }
    said.textContent = data.busy;
    const number = (data.number || 0) + 1;
    const picture = new Promise(resolve => waiting.set(button, {resolve, number}));
    navigator.clipboard.write([new ClipboardItem({"image/png": picture})])
      .then(() => { said.textContent = data.done; }, () => { said.textContent = data.refused; });
    setTriggerValue("asked", number);
  };
}
