// Package api is the HTTP door: Altinn's app API and the parts of its storage API that clients use, and beside them our own routes
// under /ledger for auditors, chains, inbox and status.
//
// A handler decodes, calls a command or a query, and encodes. It decides nothing: who may, the policies say; what can be
// done, the domain says. Errors are problem+json (RFC 9457) with a stable code, see problem.go.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/options"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/integrations/register"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
)

// Verifier tells who a token stands for.
type Verifier interface {
	Verify(ctx context.Context, raw string) (identity.Caller, error)
}

// Register is what the API shows of parties.
type Register interface {
	register.Parties
	register.Users
	register.ServiceOwners
	register.Roles
}

// Catalogue gives published apps.
type Catalogue interface {
	All() []*apps.App
	Current(id string) *apps.App
	Version(id, digest string) (*apps.App, error)
}

// Filters compiles who may see which rows.
type Filters interface {
	Filter(ctx context.Context, r policies.ListRequest) (policies.Condition, error)
}

// Options of a Server. All but OptionLists, Logger, Clock and the limits are required.
type Options struct {
	Commands *commands.Service
	Log      *record.Log
	Views    Views
	Apps     Catalogue
	Register Register
	Verifier Verifier
	Filters  Filters
	Logger   *slog.Logger
	Clock    func() time.Time
	// MaxBody is the largest request with forms and files, in bytes; 0 means 2000 MiB, as in Altinn. Other
	// requests may be at most MaxJSON bytes.
	MaxBody int64
	// WaitForViews is how long a list waits for a position that the client has seen; 0 means 2 s.
	WaitForViews time.Duration
	// OptionLists finds code lists; nil knows the apps' files and the predefined lists.
	OptionLists *options.Registry
	// Development mounts routes that only a development server has, such as test tokens.
	Development http.Handler
}

// MaxJSON is the largest request body on routes that take JSON only.
const MaxJSON = 4 << 20

// Server serves the API.
type Server struct {
	Options
	handler http.Handler
}

// New makes a Server.
func New(o Options) (*Server, error) {
	if o.Commands == nil || o.Log == nil || o.Views == nil || o.Apps == nil || o.Register == nil || o.Verifier == nil || o.Filters == nil {
		return nil, errors.New("api: commands, log, views, apps, register, verifier and filters are required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.MaxBody == 0 {
		o.MaxBody = 2000 << 20
	}
	if o.WaitForViews == 0 {
		o.WaitForViews = 2 * time.Second
	}
	if o.OptionLists == nil {
		o.OptionLists = &options.Registry{}
	}
	s := &Server{Options: o}
	s.handler = canonical(s.routes())
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) routes() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.Use(s.recovered, headers)
	r.NoRoute(s.notFound)
	r.NoMethod(func(c *gin.Context) {
		detail := "this address takes " + c.Writer.Header().Get("Allow")
		s.problem(c, problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Title: "Method Not Allowed", Detail: detail})
	})
	r.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	s.appRoutes(r)
	s.storageRoutes(r)
	s.ledgerRoutes(r)
	return r
}

// notFound answers routes that are not ours; those of the development server first.
func (s *Server) notFound(c *gin.Context) {
	if s.Development != nil && developmentPath(c.Request.URL.Path) {
		c.Status(http.StatusOK) // gin has set 404
		s.Development.ServeHTTP(c.Writer, c.Request)
		return
	}
	s.problem(c, problem{Status: http.StatusNotFound, Code: "route_unknown", Title: "Not Found", Detail: "there is no such address"})
}

func (s *Server) appRoutes(r *gin.Engine) {
	app := r.Group("/:org/:app")
	app.GET("/api/v1/applicationmetadata", s.applicationMetadata)
	app.GET("/api/v1/meta/process", s.metaProcess)
	app.GET("/api/jsonschema/:name", s.jsonSchema)
	app.GET("/api/v1/texts/:language", s.texts)
	app.GET("/api/v1/applicationlanguages", s.languages)
	app.GET("/api/v1/applicationsettings", s.applicationSettings)
	app.GET("/api/v1/footer", s.footer)
	app.GET("/api/resource/formlayout.json", s.formLayout)
	app.GET("/api/layouts", s.singleLayouts)
	app.GET("/api/layouts/:name", s.layouts)
	app.GET("/api/layoutsettings", s.globalSettings)
	app.GET("/api/layoutsettings/:name", s.layoutSettings)
	app.GET("/api/layoutsets", s.layoutSets)
	app.GET("/api/rulehandler/:name", s.ruleHandler)
	app.GET("/api/ruleconfiguration/:name", s.ruleConfiguration)
	app.GET("/api/validationconfig/:name", s.validationConfig)
	app.GET("/api/options/:optionsId", s.options)

	in := app.Group("/instances", s.authenticated)
	in.POST("", s.createInstance)
	in.POST("/create", s.createSimplified)
	in.GET("/:party/active", s.activeInstances)

	one := in.Group("/:party/:guid")
	one.GET("", s.getInstance)
	one.DELETE("", s.deleteInstance)
	one.POST("/complete", s.completeInstance)
	one.PUT("/substatus", s.setSubstatus)
	one.GET("/validate", s.validateInstance)
	one.PATCH("/data", s.patchData)
	one.POST("/data", s.addDataByQuery)
	one.POST("/data/:element", s.addData)
	one.POST("/data/type/:dataType", s.addData)
	one.GET("/data/:element", s.getData)
	one.PUT("/data/:element", s.putData)
	one.PATCH("/data/:element", s.patchOne)
	one.DELETE("/data/:element", s.deleteData)
	one.GET("/process", s.getProcess)
	one.GET("/process/next", s.nextElements)
	one.PUT("/process/next", s.processNext)
	one.GET("/process/history", s.processHistory)
	one.GET("/options/:optionsId", s.instanceOptions)
}

func (s *Server) storageRoutes(r *gin.Engine) {
	st := r.Group("/storage/api/v1", s.authenticated)
	st.GET("/instances", s.listInstances)
	st.GET("/instances/:party/:guid", s.storageInstance)
	st.GET("/instances/:party/:guid/process/history", s.processHistory)
	r.PUT("/sbl/instances/:party/:guid/undelete", s.authenticated, s.undeleteInstance)
}

func (s *Server) ledgerRoutes(r *gin.Engine) {
	l := r.Group("/ledger", s.authenticated)
	l.GET("/inbox", s.inbox)
	l.GET("/status/:party/:guid", s.status)
	l.GET("/chains/:id", s.getChain)
	l.GET("/instances/:party/:guid/events", s.instanceEvents)
	l.GET("/instances/:party/:guid/state", s.instanceState)
	l.GET("/instances/:party/:guid/diff", s.instanceDiff)
	l.POST("/instances/:party/:guid/links", s.linkInstance)
}

// ref takes the instance out of the path; it answers 404 when there is none in it, as Altinn does.
func (s *Server) ref(c *gin.Context) (commands.Ref, bool) {
	party, ok := partyParam(c)
	id, err := uuid.Parse(c.Param("guid"))
	if !ok || err != nil {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: "instance_id_invalid", Message: "an instance is named by its owner's party id, a number, and its own id, a uuid"})
		return commands.Ref{}, false
	}
	ref := commands.Ref{Party: party, ID: id}
	if org := c.Param("org"); org != "" {
		ref.App = org + "/" + c.Param("app")
	}
	return ref, true
}

// position tells the client where its write is, so that it can ask lists to wait for it.
func position(c *gin.Context, p ledger.Position) {
	c.Header(HeaderPosition, formatPosition(p))
}
