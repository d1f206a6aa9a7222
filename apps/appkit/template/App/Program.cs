using Altinn.App.Api.Extensions;
using Altinn.App.Api.Helpers;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddAltinnAppControllersWithViews();
builder.Services.AddAltinnAppServices(builder.Configuration, builder.Environment);
builder.WebHost.ConfigureAppWebHost(args);

WebApplication app = builder.Build();
app.UseAltinnAppCommonConfiguration();
app.Run();
