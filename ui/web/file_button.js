/* Opens one file and hands on its name and text; of one that is too large the name alone. */
export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const input = parentElement.querySelector("input");
  parentElement.querySelector(".file-button span").textContent = data.label;
  input.accept = data.accept;
  input.onchange = async () => {
    const [file] = input.files;
    if (!file) return;
    const text = file.size > data.most ? null : await file.text();
    input.value = "";
    setTriggerValue("chosen", {name: file.name, text});
  };
}
