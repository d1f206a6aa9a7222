#nullable enable
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using System.Xml.Serialization;
using Newtonsoft.Json;

namespace Altinn.App.Models.Skjema
{
    [XmlRoot(ElementName = "Skjema")]
    public class Skjema
    {
        [MinLength(1)]
        [MaxLength(100)]
        [XmlElement("navn", Order = 1)]
        [JsonProperty("navn")]
        [JsonPropertyName("navn")]
        public string? navn { get; set; }

        [MaxLength(254)]
        [RegularExpression(@"^[^@\s]+@[^@\s]+$")]
        [XmlElement("epost", Order = 2)]
        [JsonProperty("epost")]
        [JsonPropertyName("epost")]
        public string? epost { get; set; }

        [MinLength(1)]
        [MaxLength(4000)]
        [XmlElement("melding", Order = 3)]
        [JsonProperty("melding")]
        [JsonPropertyName("melding")]
        public string? melding { get; set; }
    }
}
