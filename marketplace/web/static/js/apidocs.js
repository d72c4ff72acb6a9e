// Starts Swagger UI on the page's own document; no outside validator, no stored tokens.
const place = document.getElementById("apidocs");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
