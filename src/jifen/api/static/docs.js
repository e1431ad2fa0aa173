"use strict";
// Without the files of `make assets` the page keeps its plain link to the document.
if (typeof SwaggerUIBundle === "function") {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    // Its default would ask a server elsewhere whether the document is valid.
    validatorUrl: null,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0
  });
}
