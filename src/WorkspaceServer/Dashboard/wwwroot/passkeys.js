// Passkeys: the one thing on these pages that a form cannot do by itself. A form marked data-passkey gets a challenge from its data-options
// address, hands it to the device, puts the device's answer into its hidden field and is sent like any other form.
const numbersOnly = /^[\d.]+$|^\[/; // an IP address is no domain of passkeys (WebAuthn Level 3, section 5.1.3)
const works = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential && !numbersOnly.test(location.hostname);

for (const each of document.querySelectorAll("[data-passkey-missing]")) each.hidden = works;
for (const form of works ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

async function send(form) {
  const button = form.querySelector("button");
  const alert = form.querySelector("[role=alert]");
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  alert.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await answer(form.dataset.passkey === "add", await challenge(form)));
    form.submit();
  } catch (error) {
    alert.querySelector("span").textContent = sentence(error, form.dataset);
    alert.hidden = false;
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

async function challenge(form) {
  const token = "__RequestVerificationToken";
  const response = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ [token]: form.elements[token].value }),
  });
  const answered = await response.json();
  if (!response.ok) throw new Error(answered.detail);
  return answered;
}

const answer = (adds, options) =>
  adds
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

// What the page says in the language of its reader.
function sentence(error, said) {
  switch (error.name) {
    case "NotAllowedError":
      return said.cancelled;
    case "InvalidStateError":
      return said.known;
    case "Error":
      return error.message;
    default:
      return said.failed;
  }
}
