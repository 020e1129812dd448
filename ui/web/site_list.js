/* The list in the app: what is picked goes to the server. */
export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".site-list");
  const host = root.listHost || (root.listHost = {list: window.planSiteList(root, id => host.trigger("picked", id))});
  host.trigger = setTriggerValue;
  host.list.update(data);
}
